//! Webhook endpoints, and the outbox's way to them: fan out, lease, record, in sets.

mod change;
mod delivery;
mod endpoints;
mod replay;
mod secret;

use std::time::Duration;

use cardium_kernel::{AccountId, EndpointId};
use cardium_vault::Aad;

pub use change::UpdateWebhook;
pub use delivery::{AttemptResult, FanOut, LeaseDeliveries, RecordAttempts};
pub use endpoints::{CreateWebhook, DeleteWebhook};
pub use replay::ReplayWebhook;
pub use secret::{ConfirmWebhookSecret, RotateWebhookSecret};

/// The most events, leases or results handled in one transaction.
pub const SET: i64 = 256;

/// How long a leased delivery is left to its dispatcher: the ten seconds an attempt may take,
/// and room for its result to be written.
pub const LEASE: Duration = Duration::from_secs(30);

/// What the seal of an endpoint's signing secret is bound to.
#[must_use]
pub fn webhook_secret_aad(account: AccountId, endpoint: EndpointId) -> Aad {
    let (account, endpoint) = (account.value().to_be_bytes(), endpoint.value().to_be_bytes());
    Aad::new(account, &endpoint, "webhook.secret")
}
