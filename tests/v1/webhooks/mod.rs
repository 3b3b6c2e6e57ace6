//! `/v1/webhooks`, and what arrives at its endpoints.

mod delivery;
mod endpoints;
mod lanes;
pub mod receiver;
mod replay;
mod update;
