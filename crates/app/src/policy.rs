//! Fees and caps.

use std::time::Duration;

use cardium_kernel::{Money, Network, Rate};
use cardium_webhooks::Patience;

/// The programme's fees and caps; settings, not code.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The rail fee of a card load, on top of the amount.
    pub load_fee: Rate,
    /// The fee of spending in another currency than the card's, on top of the billing amount.
    pub conversion_fee: Rate,
    /// The least amount of a top-up.
    pub topup_minimum: Money,
    /// From this amount a top-up is live, below it sandbox.
    pub topup_live_from: Money,
    /// The greatest amount of a top-up.
    pub topup_maximum: Money,
    /// The greatest amount of one card load.
    pub load_maximum: Money,
    /// The least amount of a withdrawal.
    pub withdrawal_minimum: Money,
    /// What a withdrawal costs, out of its amount.
    pub withdrawal_fees: WithdrawalFees,
    /// How long a withdrawal to an address waits that its account never paid before.
    pub withdrawal_cooling: Duration,
    /// API keys an account may hold at once.
    pub api_keys_maximum: i64,
    /// Cards an account may hold at once, cancelled ones not counted.
    pub cards_maximum: i64,
    /// Webhook endpoints an account may hold at once.
    pub webhooks_maximum: i64,
    /// How long a webhook endpoint may fail.
    pub webhook_patience: Patience,
    /// Tickets an account may have open at once.
    pub open_tickets_maximum: i64,
}

/// What a withdrawal costs on each chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawalFees {
    /// On Tron.
    pub tron: Money,
    /// On Ethereum.
    pub ethereum: Money,
    /// On BNB Smart Chain.
    pub bsc: Money,
}

impl WithdrawalFees {
    /// No fees.
    pub const NONE: Self =
        Self { tron: Money::usd(0), ethereum: Money::usd(0), bsc: Money::usd(0) };

    /// The fee on a chain.
    #[must_use]
    pub const fn on(&self, network: Network) -> Money {
        match network {
            Network::Tron => self.tron,
            Network::Ethereum => self.ethereum,
            Network::Bsc => self.bsc,
        }
    }
}
