//! Top-ups: an account asks for a deposit address, coins arrive, their value is credited at
//! finality.
//!
//! Invariants: an address belongs to one top-up and is watched for ever; what is credited is
//! what arrived, once per chain transfer, at finality; a late deposit still credits; what the chain
//! undid never does.
//! Deliberately absent: chains themselves (behind a port of app) and the ledger posting (a
//! recipe of ledger).

mod commands;
mod deposit;
mod status;
mod store;
mod topup;

pub use cardium_kernel::{Asset, Network, SUPPORTED, is_supported};
pub use commands::{
    Credited, Reverted, cancel_topup, credit_deposit, expire_topup, observe_deposit, revert_deposit,
};
pub use deposit::{Deposit, DepositState, Transfer, TransferRef};
pub use status::{LifecycleStatus, TopupStatus};
pub use store::TopupStore;
pub use topup::{NewTopup, Topup, TopupError, TopupRecord, WINDOW};
