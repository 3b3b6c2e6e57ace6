//! Top-ups, from the request for an address to the credit at finality.

mod cancel;
mod create;
mod credit;
mod expire;
mod observe;
mod revert;
mod simulate;
mod watch;

pub use cancel::CancelTopup;
pub use create::CreateTopup;
pub use credit::CreditDeposit;
pub use expire::ExpireTopup;
pub use observe::ObserveDeposit;
pub use revert::RevertDeposit;
pub use simulate::{MineBlocks, SimulateTransfer};
pub use watch::{TRANSFERS_PER_READ, Watcher};
