//! Webhook endpoints, the events they want, and the schedule of their deliveries.
//!
//! Invariants: a signing secret is shown once and kept sealed; at most one delivery of an event
//! to an endpoint is leased at a time; seven attempts, spaced by [`delay_before`]. Deliberately
//! absent: HTTP and name resolution (the dispatcher's), and the events themselves (app's).

mod attempt;
mod commands;
mod delivery;
mod endpoint;
mod error;
mod gaps;
mod health;
mod lane_store;
mod recovery;
#[cfg(test)]
mod samples;
mod schedule;
mod signature;
mod store;
mod wishes;

pub use attempt::{Attempt, AttemptFailure};
pub use commands::{REPLAYABLE, add_endpoint, change_endpoint, fan_out, replay_event};
pub use delivery::{Cause, Delivery, DeliveryState, EventRef};
pub use endpoint::{Endpoint, EndpointPatch, EndpointStatus, EventFilter, NextSecret, PING};
pub use error::WebhookError;
pub use gaps::{EventProgress, Gap, Progress, find_gaps};
pub use health::{EndpointView, Failing, Patience, Verdict};
pub use lane_store::LaneStore;
pub use recovery::{RecoverFrom, Recovery, recover_next, start_recovery};
pub use schedule::{MAX_ATTEMPTS, delay_before};
pub use signature::{SigningSecret, signature_header};
pub use store::{Undispatched, WebhookStore};
pub use wishes::{DisabledBy, Ordering, Payload};
