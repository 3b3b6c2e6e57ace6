//! Events become deliveries, one for each endpoint that wants the event.

use cardium_kernel::{AccountId, DeliveryId, EventId, IdSource, StoreError, Timestamp};

use crate::{
    Cause, Delivery, DeliveryStore, Endpoint, Ordering, Undispatched,
    plan::{distinct, post},
};

/// Turns up to `limit` events into deliveries, beginning after an account; gives the last account
/// whose events it took. Nothing is found while somebody else fans out: deliveries appear in each
/// account's sequence, which ordered ones rely on.
///
/// # Errors
/// When the store fails.
pub fn fan_out(
    store: &mut (impl DeliveryStore + ?Sized),
    ids: &mut IdSource,
    (after, limit): (AccountId, i64),
    now: Timestamp,
) -> Result<Option<AccountId>, StoreError> {
    if !store.begin_fan_out()? {
        return Ok(None);
    }
    let events = store.take_undispatched(after, limit)?;
    let Some(last) = events.last().map(|found| found.event.account) else {
        return Ok(None);
    };
    let accounts = distinct(events.iter().map(|found| found.event.account));
    // An endpoint without a lane was made or removed this moment: none of these events is its own.
    let lanes = store.lock_lanes_of(&accounts)?;
    let mut endpoints = store.endpoints_of(&accounts)?;
    endpoints.retain(|endpoint| lanes.contains(&endpoint.id));
    post(store, deliveries(ids, &events, &endpoints, now), now)?;
    let taken: Vec<EventId> = events.iter().map(|found| found.event.id).collect();
    store.mark_dispatched(&taken)?;
    Ok(Some(last))
}

fn deliveries(
    ids: &mut IdSource,
    events: &[Undispatched],
    endpoints: &[Endpoint],
    now: Timestamp,
) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for found in events {
        for endpoint in endpoints.iter().filter(|endpoint| takes(endpoint, found)) {
            let id = DeliveryId::new(ids.mint());
            let ordered = endpoint.ordering == Ordering::PerObject;
            let delivery = Delivery::new(id, found.event, endpoint.id, Cause::Event, now);
            deliveries.push(Delivery { ordered, ..delivery });
        }
    }
    deliveries
}

fn takes(endpoint: &Endpoint, Undispatched { event, kind, book }: &Undispatched) -> bool {
    endpoint.account == event.account && endpoint.wants(kind, *book, event.object)
}

#[cfg(test)]
mod tests;
