//! Ports to the chains: where addresses come from and what has arrived on them.

use cardium_kernel::{StoreError, TopupId};
use cardium_topups::{Asset, Network, Transfer};

/// How far a chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// The height of the newest block.
    pub latest: u64,
    /// The height up to which nothing can be undone.
    pub finalized: u64,
}

/// A chain that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("chain: {0}")]
pub struct ChainError(pub String);

/// What a chain tells the watcher.
pub trait ChainGateway: Send + Sync {
    /// The chain.
    fn network(&self) -> Network;

    /// Confirmations after which a block is final.
    fn confirmations_required(&self) -> u32;

    /// How far the chain is.
    ///
    /// # Errors
    /// When the chain cannot be read.
    fn head(&self) -> Result<ChainHead, ChainError>;

    /// Transfers to addresses of the programme in blocks `from..=to`, at most 200, by height.
    ///
    /// # Errors
    /// When the chain cannot be read.
    fn transfers(&self, from: u64, to: u64) -> Result<Vec<Transfer>, ChainError>;
}

/// Where deposit addresses come from.
pub trait AddressSource: Send + Sync {
    /// A fresh address for a top-up, never used for anything else.
    fn issue(&self, network: Network, topup: TopupId) -> String;

    /// What a wallet reads from the QR code: the address, asset and amount.
    fn payment_uri(&self, network: Network, asset: Asset, address: &str, amount: &str) -> String;
}

/// How far the watcher has read each chain.
pub trait ChainCursorStore {
    /// The height up to which every transfer is credited; zero at first.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn chain_cursor(&mut self, network: Network) -> Result<u64, StoreError>;

    /// Moves the cursor.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn save_chain_cursor(&mut self, network: Network, height: u64) -> Result<(), StoreError>;
}

/// The state of the simulated chain, kept beside everything else so that it survives restarts
/// and is shared by all processes.
pub trait SimulatedChainStore {
    /// The height of the newest simulated block, locked until COMMIT.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn simulated_height(&mut self, network: Network) -> Result<u64, StoreError>;

    /// Sets the height of the newest simulated block.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn save_simulated_height(&mut self, network: Network, height: u64) -> Result<(), StoreError>;

    /// Puts a transfer into a simulated block.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn insert_simulated_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError>;
}
