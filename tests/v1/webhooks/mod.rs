//! `/v1/webhooks`, and what arrives at its endpoints.

mod announcements;
mod catalogue;
mod delivery;
mod destinations;
mod endpoints;
mod failing;
mod gaps;
mod lanes;
mod log;
mod payloads;
mod ping;
pub mod receiver;
mod recover;
mod replay;
mod rotation;
mod update;
mod verifiers;
