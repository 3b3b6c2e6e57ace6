//! Webhook endpoints, and the outbox's way to them: fan out to deliveries, lease lanes,
//! record, in sets.

mod change;
mod delivery;
mod end;
mod endpoints;
mod judge;
mod ping;
mod recover;
mod replay;
mod secret;

use std::time::Duration;

use cardium_kernel::{AccountId, Book, EndpointId, Problem};
use cardium_vault::Aad;
use cardium_webhooks::{Endpoint, EndpointView, WebhookError};

use crate::{CommandError, Unit};

pub use change::UpdateWebhook;
pub(crate) use end::end_endpoints;

pub use delivery::{FanOut, LeaseLanes, RecordAttempts};
pub use endpoints::{CreateWebhook, DeleteWebhook};
pub use judge::JudgeEndpoint;
pub use ping::{PingWebhook, Pinged};
pub use recover::{RecoverSet, RecoverWebhook};
pub use replay::ReplayWebhook;
pub use secret::{ConfirmWebhookSecret, RotateWebhookSecret};

/// The most events or results handled in one transaction.
pub const SET: i64 = 256;

/// How long a lane is left to whoever leased it: [`VISIT`], the ten seconds that the last attempt
/// may take, and room for its result to be written.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long after the lease attempts begin.
pub const VISIT: Duration = Duration::from_secs(15);

/// The caller's endpoint, where its key may touch what the endpoint gets. To a key of the sandbox
/// an endpoint for live events looks unknown; one for both it sees, and leaves alone.
fn own(unit: &mut Unit<'_>, id: EndpointId) -> Result<Endpoint, CommandError> {
    let account = unit.account()?;
    let found = unit.tx.find_endpoint(account, id)?;
    let endpoint = found.ok_or(WebhookError::NoEndpoint)?;
    match endpoint.mode {
        Some(book) => unit.check_book(book).map_err(|_| WebhookError::NoEndpoint)?,
        None => check_mode(unit, None)?,
    }
    Ok(endpoint)
}

/// Passes a mode whose events the caller's key may have sent: without one, live ones too.
fn check_mode(unit: &Unit<'_>, mode: Option<Book>) -> Result<(), CommandError> {
    unit.check_book(mode.unwrap_or(Book::Live))
}

/// Passes an address against whose host nothing is known.
fn check_host(forbidden: Option<&Problem>) -> Result<(), CommandError> {
    forbidden.map_or(Ok(()), |problem| Err(problem.clone().into()))
}

/// An endpoint with what its lane says of it.
fn view(unit: &mut Unit<'_>, endpoint: Endpoint) -> Result<EndpointView, CommandError> {
    let failing = unit.tx.find_failing_since(endpoint.id)?;
    Ok(EndpointView::new(endpoint, failing, unit.policy().webhook_patience))
}

/// What the seal of an endpoint's signing secret is bound to.
#[must_use]
pub fn webhook_secret_aad(account: AccountId, endpoint: EndpointId) -> Aad {
    let (account, endpoint) = (account.value().to_be_bytes(), endpoint.value().to_be_bytes());
    Aad::new(account, &endpoint, "webhook.secret")
}
