//! `/v1/webhooks`, and what arrives at its endpoints.

mod delivery;
mod endpoints;
mod failing;
mod gaps;
mod log;
mod payloads;
mod ping;
pub mod receiver;
mod recover;
mod replay;
mod update;
