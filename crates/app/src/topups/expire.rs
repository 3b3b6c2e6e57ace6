use cardium_kernel::{AccountId, TopupId};
use cardium_topups::expire_topup;

use crate::{CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase};

/// Ends the window of a top-up that got no coins; says whether it did.
#[derive(Debug, Clone)]
pub struct ExpireTopup {
    /// Which one.
    pub id: TopupId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for ExpireTopup {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Topup(self.id), RowKey::Sequence(self.account)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let now = unit.now();
        let Some(topup) = expire_topup(unit.tx, self.id, now)? else {
            return Ok(Ending::Preview(false));
        };
        unit.emit(EventType::TopupExpired, Snapshot::Topup(topup))?;
        Ok(Ending::Done(true))
    }
}
