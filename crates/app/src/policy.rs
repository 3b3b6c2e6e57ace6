//! Fees and caps.

use cardium_kernel::{Money, Rate};

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
    /// API keys an account may hold at once.
    pub api_keys_maximum: i64,
    /// Cards an account may hold at once, cancelled ones not counted.
    pub cards_maximum: i64,
    /// Webhook endpoints an account may hold at once.
    pub webhooks_maximum: i64,
    /// Tickets an account may have open at once.
    pub open_tickets_maximum: i64,
}
