//! `/v1` through the socket, on both databases: what each operation answers, and what every
//! operation has in common.

mod accounts;
mod api_keys;
mod authorizations;
mod balance;
mod books;
mod cards;
mod conventions;
mod disputes;
mod sessions;
mod system;
mod topups;
mod transactions;
mod webhooks;
