//! What becomes of stored endpoints, and of events on their way to them.
//!
//! Invariants: what is refused is refused before anything is written; anybody else's endpoint or
//! event looks unknown. Deliberately absent: who asks, and the audit rows that tell of it.

use std::time::Duration;

use cardium_kernel::{
    AccountId, Change, DeliveryId, EndpointId, EventId, GrantId, IdSource, StoreError, Timestamp,
};

use crate::{
    Cause, Delivery, DeliveryStore, Endpoint, EndpointPatch, WebhookError, WebhookStore, post,
};

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

/// Changes an account's endpoint in part, on behalf of an agent or of the account itself.
///
/// # Errors
/// [`WebhookError::NoEndpoint`] or [`WebhookError::Metadata`], or when the store fails.
pub fn change_endpoint(
    store: &mut (impl WebhookStore + ?Sized),
    (account, id): (AccountId, EndpointId),
    (patch, by): (EndpointPatch, Option<GrantId>),
    now: Timestamp,
) -> Result<(Endpoint, Change), WebhookError> {
    let mut endpoint = store.find_endpoint(account, id)?.ok_or(WebhookError::NoEndpoint)?;
    let change = endpoint.change(patch, by, now)?;
    if change == Change::Applied {
        store.save_endpoint(&endpoint)?;
    }
    Ok((endpoint, change))
}

/// Ends what these grants of an account set up; gives the endpoints that were enabled.
///
/// # Errors
/// When the store fails.
pub fn end_with_grants(
    store: &mut (impl WebhookStore + ?Sized),
    account: AccountId,
    grants: &[GrantId],
    now: Timestamp,
) -> Result<Vec<Endpoint>, StoreError> {
    if grants.is_empty() {
        return Ok(Vec::new());
    }
    let mut ended = store.lock_endpoints_of(account, grants)?;
    ended.retain_mut(|endpoint| endpoint.end(now) == Change::Applied);
    if !ended.is_empty() {
        let ids: Vec<EndpointId> = ended.iter().map(|endpoint| endpoint.id).collect();
        store.save_ended(&ids, now)?;
    }
    Ok(ended)
}

/// Lets this sealed secret take over an account's endpoint after `overlap`.
///
/// # Errors
/// [`WebhookError::NoEndpoint`], or when the store fails.
pub fn rotate_secret(
    store: &mut (impl WebhookStore + ?Sized),
    (account, id): (AccountId, EndpointId),
    (sealed, overlap): (Vec<u8>, Duration),
    now: Timestamp,
) -> Result<Endpoint, WebhookError> {
    let mut endpoint = store.find_endpoint(account, id)?.ok_or(WebhookError::NoEndpoint)?;
    endpoint.rotate(sealed, overlap, now);
    store.save_endpoint(&endpoint)?;
    Ok(endpoint)
}

/// Lets the next secret of an account's endpoint take over now.
///
/// # Errors
/// [`WebhookError::NoEndpoint`] or [`WebhookError::NoRotation`], or when the store fails.
pub fn confirm_secret(
    store: &mut (impl WebhookStore + ?Sized),
    (account, id): (AccountId, EndpointId),
    now: Timestamp,
) -> Result<Endpoint, WebhookError> {
    let mut endpoint = store.find_endpoint(account, id)?.ok_or(WebhookError::NoEndpoint)?;
    endpoint.confirm(now)?;
    store.save_endpoint(&endpoint)?;
    Ok(endpoint)
}

/// Sends an account's event to one of its endpoints once more, as a delivery of its own. Whether
/// the endpoint asks for such events does not matter: its owner just did.
///
/// # Errors
/// [`WebhookError`].
pub fn replay_event(
    store: &mut (impl WebhookStore + DeliveryStore + ?Sized),
    (account, endpoint): (AccountId, EndpointId),
    (event, id): (EventId, DeliveryId),
    now: Timestamp,
) -> Result<Delivery, WebhookError> {
    let endpoint = store.find_endpoint(account, endpoint)?.ok_or(WebhookError::NoEndpoint)?;
    let found = store.find_event(account, event)?;
    let (event, kind, _) = found.ok_or_else(|| missing(account, event, now))?;
    if !endpoint.may_be_told(&kind) {
        return Err(WebhookError::NoEvent);
    }
    if now.since(event.created_at) > REPLAYABLE {
        return Err(WebhookError::EventExpired);
    }
    endpoint.check_replayable()?;
    let delivery = Delivery::new(id, event, endpoint.id, Cause::Replay, now);
    post(store, vec![delivery.clone()], now)?;
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

#[cfg(test)]
mod tests;
