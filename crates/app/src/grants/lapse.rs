use std::time::Duration;

use cardium_kernel::{AccountId, GrantId, StoreError, Timestamp};

use crate::{
    CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, webhooks::end_endpoints,
};

/// How long a client may act on one answer of its owner without a refresh token: a code and an
/// access token last eleven minutes together.
pub const UNREFRESHED: Duration = Duration::from_secs(15 * 60);

/// What is asked about grants that nobody uses any more.
pub trait LapseStore {
    /// Whether a grant has lapsed: its client has nothing left to act with, neither a refresh token
    /// nor a fresh answer of its owner, or is gone itself.
    ///
    /// # Errors
    /// When the database refuses.
    fn has_lapsed(&mut self, grant: GrantId, now: Timestamp) -> Result<bool, StoreError>;
}

/// Ends what a lapsed grant set up. The grant stays: the owner may agree anew, and cards that it
/// issued live on under it.
#[derive(Debug, Clone, Copy)]
pub struct EndLapsed {
    /// The grant.
    pub grant: GrantId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for EndLapsed {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        // Whoever exchanges a code or a token of the grant locks it as well.
        Hints::cold().with(RowKey::Grant(self.grant)).with(RowKey::Sequence(self.account))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let now = unit.now();
        if !unit.tx.has_lapsed(self.grant, now)? {
            return Ok(Ending::Preview(false));
        }
        end_endpoints(unit, self.account, &[self.grant])?;
        Ok(Ending::Done(true))
    }
}
