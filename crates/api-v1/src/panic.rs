//! The stop of everything on an account, and its end.

use cardium_accounts::Account;
use cardium_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::text::Text;

/// What a stop did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Grants that were open.
    pub grants: usize,
    /// Cards that were spending.
    pub cards: usize,
    /// Withdrawals that wait, as many as a page has at most.
    pub withdrawals: usize,
}

/// A stop as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PanicOut {
    #[schemars(extend("const" = "panic"))]
    object: &'static str,
    /// Since when everything is stopped.
    locked_at: Option<Text<Timestamp>>,
    /// Grants that this request took back.
    grants_revoked: usize,
    /// Cards that this request froze.
    cards_frozen: usize,
    /// Withdrawals that are not paid until the stop is lifted, 100 at most.
    withdrawals_held: usize,
}

impl PanicOut {
    /// The stop of an account.
    #[must_use]
    pub fn new(account: &Account, stopped: Stopped) -> Self {
        Self {
            object: "panic",
            locked_at: account.locked_at.map(Text),
            grants_revoked: stopped.grants,
            cards_frozen: stopped.cards,
            withdrawals_held: stopped.withdrawals,
        }
    }
}

/// That the owner is there, to let things go on.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct LiftPanicIn {
    /// Your password, where the session did not sign in within the last ten minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

crate::api_key::proofs! {
    LiftPanicIn,
}
