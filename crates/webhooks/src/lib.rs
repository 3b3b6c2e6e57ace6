//! Webhook endpoints, the events they want, and the schedule of their deliveries.
//!
//! Invariants: a signing secret is shown once and kept sealed, the next one beside it while it
//! takes over; what an agent set up sends nothing beyond its grant; at most one delivery of an
//! event to an endpoint is on its way at a time, because whoever sends has leased the endpoint's
//! lane; seven attempts, spaced by [`delay_before`].
//! Deliberately absent: HTTP and name resolution (the workers'), and the events themselves
//! (app's).

mod attempt;
mod commands;
mod delivery;
mod delivery_store;
mod endpoint;
mod error;
mod fan_out;
mod gaps;
mod health;
mod lane;
mod lane_store;
mod plan;
mod record;
mod recovery;
mod rotation;
mod schedule;
mod signature;
mod signing_secret;
mod store;
#[cfg(test)]
mod testing;
mod wishes;

pub use attempt::{Attempt, AttemptFailure};
pub use commands::{
    REPLAYABLE, add_endpoint, change_endpoint, confirm_secret, end_with_grants, replay_event,
    rotate_secret,
};
pub use delivery::{Cause, Delivery, DeliveryState, EventRef};
pub use delivery_store::{DeliveryStore, Released, Subject, Undispatched};
pub use endpoint::{
    Endpoint, EndpointPatch, EndpointStatus, EventFilter, NextSecret, PING, is_for_owner,
};
pub use error::WebhookError;
pub use fan_out::{FannedOut, fan_out};
pub use gaps::{EventProgress, Gap, Progress, find_gaps};
pub use health::{EndpointView, Failing, Patience, Verdict};
pub use lane::{Care, Lane, Pace, Visited};
pub use lane_store::LaneStore;
pub use plan::{plan, post};
pub use record::{AttemptResult, Release, record};
pub use recovery::{RecoverFrom, Recovery, recover_next, start_recovery};
pub use rotation::{OVERLAP_DEFAULT, OVERLAP_MAXIMUM};
pub use schedule::{MAX_ATTEMPTS, delay_before};
pub use signature::{Signed, Signers, signature_header, signature_headers};
pub use signing_secret::SigningSecret;
pub use store::WebhookStore;
pub use wishes::{DisabledBy, Ordering, Payload};
