//! Cards: what the programme issues, in which state a card is, and when it expires.
//!
//! Invariants: a cancelled card stays cancelled; the PAN is kept only sealed, beside its keyed
//! fingerprint, and never on the card. Deliberately absent: balances (the ledger's) and
//! spending decisions (those of authorizations, which read controls and velocity).

mod card;
mod channel;
mod controls;
mod fulfilment;
mod mcc;
mod product;
mod replacement;
mod shipping;
mod store;
mod velocity;
mod wallet;

pub use card::{Card, CardError, CardRecord, CardStatus, FreezeReason, NewCard, is_over};
pub use channel::{Channel, ChannelSet};
pub use controls::{
    COUNT_MAXIMUM, COUNTRIES_MAXIMUM, Controls, ControlsError, ControlsPatch, ControlsRecord,
    MCC_RANGES_MAXIMUM, MccMode, MccRule, MerchantLock, Patch, PatchError, WindowLimit,
    WindowPatch,
};
pub use fulfilment::Fulfilment;
pub use mcc::{Mcc, MccRange};
pub use product::{Brand, CATALOGUE, CardType, Product, find_product};
pub use replacement::{
    CancelReason, NewReplacement, ReplaceError, Replacement, ReplacementReason, find_last, replace,
};
pub use shipping::{Shipping, ShippingError, ShippingRecord};
pub use store::{CardStore, StoredPan};
pub use velocity::{CVV_MEMORY, Used, Velocity, VelocityRecord, Window, WindowTally};
pub use wallet::{Wallet, WalletProvider, WalletState};

/// How long a card is valid, in years from the month it is issued.
pub const VALIDITY_YEARS: u16 = 3;
