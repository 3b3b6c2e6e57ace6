//! Adapters to the chains; for now the simulated chain, which stands in for each of them.
//!
//! Invariants: the simulated chain's state lies in the database, so it survives restarts and is
//! the same for every process; its addresses cannot be mistaken for those of a real network.
//! Deliberately absent: reorganizations (a simulated block is never undone) and real nodes.

mod addresses;
mod simulated;

pub use addresses::SimulatedAddresses;
pub use simulated::{
    BSC_CONFIRMATIONS, ETHEREUM_CONFIRMATIONS, SimulatedChain, TRON_CONFIRMATIONS,
    confirmations_required,
};
