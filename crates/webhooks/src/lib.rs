//! Webhook endpoints, the events they want, and the schedule of their deliveries.
//!
//! Invariants: a signing secret is shown once and kept sealed, the next one beside it while it
//! takes over; at most one delivery of an event to an endpoint is leased at a time; seven attempts,
//! spaced by [`delay_before`]. Deliberately absent: HTTP and name resolution (the dispatcher's), and
//! the events themselves (app's).

mod attempt;
mod commands;
mod delivery;
mod endpoint;
mod error;
mod rotation;
mod schedule;
mod signature;
mod signing_secret;
mod store;
mod wishes;

pub use attempt::{Attempt, AttemptFailure};
pub use commands::{
    REPLAYABLE, add_endpoint, change_endpoint, confirm_secret, fan_out, replay_event, rotate_secret,
};
pub use delivery::{Cause, Delivery, DeliveryState, EventRef};
pub use endpoint::{Endpoint, EndpointPatch, EndpointStatus, EventFilter, NextSecret};
pub use error::WebhookError;
pub use rotation::{OVERLAP_DEFAULT, OVERLAP_MAXIMUM};
pub use schedule::{MAX_ATTEMPTS, delay_before};
pub use signature::{Signed, Signers, signature_header, signature_headers};
pub use signing_secret::SigningSecret;
pub use store::{Undispatched, WebhookStore};
pub use wishes::{DisabledBy, Ordering, Payload};
