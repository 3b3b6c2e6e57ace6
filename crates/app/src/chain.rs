//! Ports to the chains: where addresses come from, what has arrived on them, and what is paid.

use std::{future::Future, pin::Pin, sync::Arc};

use cardium_kernel::{Asset, Book, Network, StoreError, TopupId, WithdrawalId};
use cardium_topups::Transfer;

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

/// A payment to hand to a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The withdrawal that it pays; a chain pays each once.
    pub withdrawal: WithdrawalId,
    /// The chain.
    pub network: Network,
    /// What is paid.
    pub asset: Asset,
    /// How much, in the asset's smallest unit.
    pub units: u128,
    /// Who is paid.
    pub address: String,
    /// What goes with it.
    pub memo: Option<String>,
}

/// What became of a payment that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// The chain has it, under this transaction id.
    Accepted(String),
    /// The chain does not take it, never took it and never will: the reason, safe to show.
    Rejected(String),
}

/// How far a payment is that the chain has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// It can still be undone.
    Pending,
    /// Its payee has it.
    Final,
    /// It is in a final block and moved nothing.
    Reverted,
}

/// A submission on its way.
pub type Submitting<'a> = Pin<Box<dyn Future<Output = Result<Submission, ChainError>> + Send + 'a>>;

/// A chain: what arrives on it, and what it pays.
pub trait ChainGateway: Send + Sync {
    /// The chain.
    fn network(&self) -> Network;

    /// Whether nothing it moves is worth anything, so that tests may move it.
    fn is_simulated(&self) -> bool {
        false
    }

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

    /// Hands a payment over. However often it is called for one withdrawal, by whichever process,
    /// the chain pays it once and answers with the same transaction id: an adapter settles what
    /// makes a payment unique (nonce, inputs, reference block) and keeps it under the
    /// withdrawal's id before it sends anything. An error says nothing of what became of it.
    fn submit<'a>(&'a self, payment: &'a Payment) -> Submitting<'a>;

    /// How far a payment is.
    ///
    /// # Errors
    /// When the chain cannot be read.
    fn payment_state(
        &self,
        withdrawal: WithdrawalId,
        txid: &str,
    ) -> Result<PaymentState, ChainError>;
}

/// The chains that pay: sandbox money never leaves by a real one.
#[derive(Clone)]
pub struct Payouts {
    /// For live money.
    pub live: Vec<Arc<dyn ChainGateway>>,
    /// For sandbox money: simulated, whatever pays live money.
    pub sandbox: Vec<Arc<dyn ChainGateway>>,
}

impl Payouts {
    /// The chain that pays money of this book on this network.
    #[must_use]
    pub fn find(&self, book: Book, network: Network) -> Option<&Arc<dyn ChainGateway>> {
        let mut gateways = match book {
            Book::Live => self.live.iter(),
            Book::Sandbox => self.sandbox.iter(),
        };
        gateways.find(|gateway| gateway.network() == network)
    }
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

/// A payment on the simulated chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPayment {
    /// What was handed over.
    pub payment: Payment,
    /// Its transaction id.
    pub txid: String,
    /// The height of its block.
    pub height: u64,
    /// Whether it moves nothing.
    pub reverted: bool,
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

    /// Puts a payment into a simulated block, unless its withdrawal has one already.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn insert_simulated_payment(&mut self, payment: &SimulatedPayment) -> Result<(), StoreError>;

    /// Lets a payment move nothing.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn revert_simulated_payment(&mut self, withdrawal: WithdrawalId) -> Result<(), StoreError>;
}
