use cardium_kernel::{AccountId, DepositId, Money, Timestamp, TopupId, digest128};

use crate::{Asset, Network, Topup};

/// What names a transfer on a chain for ever. The block is not part of it: a reorganization
/// can move the same transfer to another block.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TransferRef {
    /// The chain.
    pub network: Network,
    /// The transaction id.
    pub txid: String,
    /// The output or log index within the transaction.
    pub out_index: u32,
}

impl TransferRef {
    /// The deposit's id, the same whenever the transfer is seen.
    #[must_use]
    pub fn deposit_id(&self) -> DepositId {
        let index = self.out_index.to_be_bytes();
        let parts = [b"deposit", self.network.as_str().as_bytes(), self.txid.as_bytes(), &index];
        DepositId::new(digest128(&parts))
    }
}

/// A transfer to a watched address, as a chain gateway reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What names it.
    pub reference: TransferRef,
    /// The address it pays.
    pub address: String,
    /// The asset it moves.
    pub asset: Asset,
    /// How much, in the asset's smallest unit.
    pub units: u128,
    /// The height of the block it is in.
    pub height: u64,
    /// Whether it moves nothing: the chain undid it. Told for certain of final blocks only.
    pub reverted: bool,
}

/// How far a deposit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositState {
    /// In a block that is not final.
    Confirming,
    /// Final, and credited in the same transaction.
    Credited,
    /// Final, and the chain undid it: the coins are with their sender, and nothing is credited.
    Reverted,
}

impl DepositState {
    /// The state's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirming => "confirming",
            Self::Credited => "credited",
            Self::Reverted => "reverted",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Confirming, Self::Credited, Self::Reverted];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// A transfer that was seen for a top-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Derived from [`TransferRef`].
    pub id: DepositId,
    /// The tenant credited.
    pub account: AccountId,
    /// The top-up whose address was paid.
    pub topup: TopupId,
    /// The transfer.
    pub transfer: Transfer,
    /// Its value in US dollars.
    pub value: Money,
    /// How far it is.
    pub state: DepositState,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

impl Deposit {
    /// The same deposit at its end.
    pub(crate) fn ended(self, state: DepositState) -> Self {
        Self { state, version: self.version.saturating_add(1), ..self }
    }

    /// A transfer that is in a block, but not final.
    pub(crate) fn seen(topup: &Topup, transfer: Transfer, value: Money, now: Timestamp) -> Self {
        Self {
            id: transfer.reference.deposit_id(),
            account: topup.account,
            topup: topup.id,
            transfer,
            value,
            state: DepositState::Confirming,
            created_at: now,
            version: 1,
        }
    }
}
