//! The table's parts, one a group of the published document.

mod accounts;
mod activity;
mod agents;
mod api_keys;
mod balance;
mod cards;
mod disputes;
mod events;
mod support;
mod system;
mod test_helpers;
mod topups;
mod transactions;
mod webhooks;
mod withdrawals;

use super::Operation;

/// Operations under one heading.
pub struct Group {
    /// The heading.
    pub tag: &'static str,
    /// The operations.
    pub operations: &'static [Operation],
}

/// All groups, in the order of the published document.
pub const GROUPS: &[Group] = &[
    Group { tag: "Accounts", operations: accounts::OPERATIONS },
    Group { tag: "API keys", operations: api_keys::OPERATIONS },
    Group { tag: "Balance", operations: balance::OPERATIONS },
    Group { tag: "Top-ups", operations: topups::OPERATIONS },
    Group { tag: "Cards", operations: cards::OPERATIONS },
    Group { tag: "Transactions", operations: transactions::OPERATIONS },
    Group { tag: "Activity", operations: activity::OPERATIONS },
    Group { tag: "Withdrawals", operations: withdrawals::OPERATIONS },
    Group { tag: "Disputes", operations: disputes::OPERATIONS },
    Group { tag: "Webhooks", operations: webhooks::OPERATIONS },
    Group { tag: "Agents", operations: agents::OPERATIONS },
    Group { tag: "Support", operations: support::OPERATIONS },
    Group { tag: "System", operations: system::OPERATIONS },
];

/// The operations of simulated rails.
pub const TEST_HELPERS: &[Operation] = test_helpers::OPERATIONS;
