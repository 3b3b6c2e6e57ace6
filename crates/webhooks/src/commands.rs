//! What becomes of stored endpoints, and of events on their way to them.
//!
//! Invariants: what is refused is refused before anything is written; anybody else's endpoint or
//! event looks unknown. Deliberately absent: who asks, and the audit rows that tell of it.

use std::time::Duration;

use cardium_kernel::{
    AccountId, Change, DeliveryId, EndpointId, EventId, IdSource, StoreError, Timestamp,
};

use crate::{Cause, Delivery, Endpoint, EndpointPatch, Undispatched, WebhookError, WebhookStore};

/// How long an event can be sent again: as long as subscribers are told it is kept.
pub const REPLAYABLE: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Writes a new endpoint, at most `most` an account.
///
/// # Errors
/// [`WebhookError::TooMany`], or when the store fails.
pub fn add_endpoint(
    store: &mut (impl WebhookStore + ?Sized),
    endpoint: &Endpoint,
    most: i64,
) -> Result<(), WebhookError> {
    if store.count_endpoints(endpoint.account)? >= most {
        return Err(WebhookError::TooMany);
    }
    Ok(store.insert_endpoint(endpoint)?)
}

/// Changes an account's endpoint in part.
///
/// # Errors
/// [`WebhookError::NoEndpoint`] or [`WebhookError::Metadata`], or when the store fails.
pub fn change_endpoint(
    store: &mut (impl WebhookStore + ?Sized),
    (account, id): (AccountId, EndpointId),
    patch: EndpointPatch,
    now: Timestamp,
) -> Result<(Endpoint, Change), WebhookError> {
    let mut endpoint = store.find_endpoint(account, id)?.ok_or(WebhookError::NoEndpoint)?;
    let before = endpoint.status;
    let change = endpoint.change(patch, now)?;
    if change == Change::Applied {
        store.save_endpoint(&endpoint)?;
    }
    if endpoint.status != before {
        store.move_deliveries(endpoint.id, endpoint.status)?;
    }
    Ok((endpoint, change))
}

/// Sends an account's event to one of its endpoints once more, as a delivery of its own. Whether
/// the endpoint asks for such events does not matter: its owner just did.
///
/// # Errors
/// [`WebhookError`].
pub fn replay_event(
    store: &mut (impl WebhookStore + ?Sized),
    (account, endpoint): (AccountId, EndpointId),
    (event, id): (EventId, DeliveryId),
    now: Timestamp,
) -> Result<Delivery, WebhookError> {
    let endpoint = store.find_endpoint(account, endpoint)?.ok_or(WebhookError::NoEndpoint)?;
    let happened = store.find_event_time(account, event)?;
    let happened = happened.ok_or_else(|| missing(account, event, now))?;
    if now.since(happened) > REPLAYABLE {
        return Err(WebhookError::EventExpired);
    }
    endpoint.check_replayable()?;
    let delivery = Delivery::new(id, (account, event), endpoint.id, Cause::Replay, now);
    store.insert_deliveries(std::slice::from_ref(&delivery))?;
    Ok(delivery)
}

/// Why there is no such event. Ids begin with a moment: one from when the account was there
/// already, and too long ago, may well be of an event that was purged, and is answered as before.
fn missing(account: AccountId, event: EventId, now: Timestamp) -> WebhookError {
    let kept_since = IdSource::floor(now.before(REPLAYABLE));
    if (account.value()..kept_since).contains(&event.value()) {
        WebhookError::EventExpired
    } else {
        WebhookError::NoEvent
    }
}

/// Turns up to `limit` events into deliveries, one for each endpoint that wants the event; says how
/// many events it took.
///
/// # Errors
/// When the store fails.
pub fn fan_out(
    store: &mut (impl WebhookStore + ?Sized),
    ids: &mut IdSource,
    limit: i64,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let events = store.take_undispatched(limit)?;
    if events.is_empty() {
        return Ok(0);
    }
    let mut accounts: Vec<AccountId> = events.iter().map(|event| event.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let endpoints = store.endpoints_of(&accounts)?;
    store.insert_deliveries(&deliveries(ids, &events, &endpoints, now))?;
    let taken: Vec<EventId> = events.iter().map(|event| event.id).collect();
    store.mark_dispatched(&taken)?;
    Ok(events.len())
}

fn deliveries(
    ids: &mut IdSource,
    events: &[Undispatched],
    endpoints: &[Endpoint],
    now: Timestamp,
) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for event in events {
        let wanting = endpoints.iter().filter(|endpoint| {
            endpoint.account == event.account && endpoint.wants(&event.kind, event.book)
        });
        for endpoint in wanting {
            let id = DeliveryId::new(ids.mint());
            let of = (event.account, event.id);
            deliveries.push(Delivery::new(id, of, endpoint.id, Cause::Event, now));
        }
    }
    deliveries
}

#[cfg(test)]
mod tests;
