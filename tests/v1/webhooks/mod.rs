//! `/v1/webhooks`, and what arrives at its endpoints.

mod announcements;
mod catalogue;
mod delivery;
mod destinations;
mod endpoints;
mod lanes;
pub mod receiver;
mod replay;
mod update;
