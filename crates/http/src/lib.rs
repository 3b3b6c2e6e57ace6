//! The HTTP doors, on actix-web: routes made from the operation table, credentials,
//! idempotency, errors.
//!
//! Every operation goes one way: request id, header bounds, transport, credential, rate limits,
//! scope, body, handler, answer. Invariants: a refusal has one shape, whatever went wrong; a
//! handler that panics answers 500 and harms nobody else; reads never run on the event loop.
//! Deliberately absent: SQL, business rules, and wire types (those of `/v1` are in
//! `cardium-api-v1`).

mod access_tokens;
mod acquaintance;
mod address;
mod base;
mod block;
mod body;
mod call;
mod challenge;
mod dispatch;
mod docs;
mod download;
mod dry_run;
mod event_hub;
mod failure;
mod flights;
mod form;
mod guard;
mod handlers;
mod idempotency;
mod invoke;
mod jwks;
mod limits;
mod mcp;
pub mod oauth;
mod pace;
mod pages;
mod passwords;
mod places;
mod ports;
mod probes;
mod rate_limits;
mod routes;
mod server;
mod settings;
mod state;
mod step_up;
mod token_keys;
mod unknown;
mod upload;
mod uses;
mod webhook_hosts;

pub use cardium_api_v1::{
    health::{Health, Rails, Standing},
    simulation::{PresentedCvv, PurchaseKind, SimulatedPosting, SimulatedPurchase},
    webhook_url::Reach,
};
pub use event_hub::EventHub;
pub use mcp::{Sessions, transport as mcp_transport};
pub use ports::{BoxFuture, HealthProbe, NameLookup, NetworkRail, TestClock};
pub use rate_limits::RateSettings;
pub use routes::configure;
pub use server::{Listening, serve};
pub use settings::{HttpSettings, PasswordCost};
pub use state::{AppState, Wiring};
pub use uses::CredentialUses;
