//! The HTTP doors, on actix-web: routes made from the operation table, credentials,
//! idempotency, errors.
//!
//! Every operation goes one way: request id, header bounds, credential and scope, body, handler,
//! answer. Invariants: a refusal has one shape, whatever went wrong; a handler that panics
//! answers 500 and harms nobody else; reads never run on the event loop. Deliberately absent:
//! SQL, business rules, and wire types (those of `/v1` are in `cardium-api-v1`).

mod block;
mod body;
mod call;
mod dispatch;
mod dry_run;
mod failure;
mod flights;
mod guard;
mod handlers;
mod idempotency;
mod limits;
mod passwords;
mod ports;
mod probes;
mod routes;
mod server;
mod settings;
mod state;
mod unknown;
mod uses;

pub use cardium_api_v1::{
    health::{Health, Rails, Standing},
    simulation::{PresentedCvv, PurchaseKind, SimulatedPosting, SimulatedPurchase},
    webhook_url::Reach,
};
pub use ports::{BoxFuture, HealthProbe, NetworkRail, TestClock};
pub use routes::configure;
pub use server::serve;
pub use settings::{HttpSettings, PasswordCost};
pub use state::{AppState, Wiring};
pub use uses::CredentialUses;
