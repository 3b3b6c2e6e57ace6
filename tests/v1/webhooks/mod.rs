//! `/v1/webhooks`, and what arrives at its endpoints.

mod announcements;
mod catalogue;
mod delivery;
mod destinations;
mod endpoints;
pub mod receiver;
mod replay;
mod update;
