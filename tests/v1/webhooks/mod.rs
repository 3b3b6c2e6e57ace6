//! `/v1/webhooks`, and what arrives at its endpoints.

mod delivery;
mod endpoints;
pub mod receiver;
mod replay;
mod rotation;
mod update;
mod verifiers;
