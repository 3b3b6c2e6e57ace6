//! `/v1` through the socket, on both databases: what each operation answers, and what every
//! operation has in common.

mod accounts;
mod activity;
mod agents;
mod api_keys;
mod audit_log;
mod authorizations;
mod balance;
mod books;
mod cards;
mod conventions;
mod disputes;
mod events;
mod mandates;
mod openapi;
mod rate_limits;
mod scopes;
mod sessions;
mod system;
mod tickets;
mod topups;
mod transactions;
mod webhooks;
mod withdrawals;
