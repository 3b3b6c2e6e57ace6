//! Webhook endpoints, and the outbox's way to them: fan out to deliveries, lease lanes,
//! record, in sets.

mod change;
mod delivery;
mod endpoints;
mod judge;
mod ping;
mod recover;
mod replay;

use std::time::Duration;

use cardium_kernel::{AccountId, EndpointId};
use cardium_vault::Aad;

pub use change::UpdateWebhook;
pub use delivery::{FanOut, LeaseLanes, RecordAttempts};
pub use endpoints::{CreateWebhook, DeleteWebhook};
pub use judge::JudgeEndpoint;
pub use ping::{PingWebhook, Pinged};
pub use recover::{RecoverSet, RecoverWebhook};
pub use replay::ReplayWebhook;

/// The most events or results handled in one transaction.
pub const SET: i64 = 256;

/// How long a lane is left to whoever leased it: [`VISIT`], the ten seconds that the last attempt
/// may take, and room for its result to be written.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long after the lease attempts begin.
pub const VISIT: Duration = Duration::from_secs(15);

/// What the seal of an endpoint's signing secret is bound to.
#[must_use]
pub fn webhook_secret_aad(account: AccountId, endpoint: EndpointId) -> Aad {
    let (account, endpoint) = (account.value().to_be_bytes(), endpoint.value().to_be_bytes());
    Aad::new(account, &endpoint, "webhook.secret")
}
