//! Events become deliveries, one for each endpoint that wants the event.

use cardium_kernel::{AccountId, DeliveryId, EventId, IdSource, StoreError, Timestamp};

use crate::{
    Cause, Delivery, DeliveryStore, Endpoint, Ordering, Undispatched,
    plan::{distinct, post},
};

/// What a round of fanning out came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FannedOut {
    /// The last account that it came to.
    pub last: AccountId,
    /// How many events were fanned out.
    pub count: usize,
    /// Accounts of which an endpoint does not decode: their events wait until it does.
    pub held: Vec<AccountId>,
}

/// Turns up to `limit` events into deliveries, beginning after an account. Nothing is found while
/// somebody else fans out: deliveries appear in each account's sequence, which ordered ones rely
/// on.
///
/// # Errors
/// When the store fails.
pub fn fan_out(
    store: &mut (impl DeliveryStore + ?Sized),
    ids: &mut IdSource,
    (after, limit): (AccountId, i64),
    now: Timestamp,
) -> Result<Option<FannedOut>, StoreError> {
    if !store.begin_fan_out()? {
        return Ok(None);
    }
    let mut events = store.take_undispatched(after, limit)?;
    let Some(last) = events.last().map(|found| found.event.account) else {
        return Ok(None);
    };
    let accounts = distinct(events.iter().map(|found| found.event.account));
    // An endpoint without a lane was made or removed this moment: none of these events is its own.
    let lanes = store.lock_lanes_of(&accounts)?;
    let (mut endpoints, held) = readable_endpoints(store, &accounts)?;
    endpoints.retain(|endpoint| lanes.contains(&endpoint.id));
    events.retain(|found| !held.contains(&found.event.account));
    post(store, deliveries(ids, &events, &endpoints, now), now)?;
    let taken: Vec<EventId> = events.iter().map(|found| found.event.id).collect();
    if !taken.is_empty() {
        store.mark_dispatched(&taken)?;
    }
    Ok(Some(FannedOut { last, count: taken.len(), held }))
}

/// The endpoints of these accounts, without those of accounts of which one does not decode. They
/// are looked for one account at a time only where there is such damage, or a newer programme.
fn readable_endpoints(
    store: &mut (impl DeliveryStore + ?Sized),
    accounts: &[AccountId],
) -> Result<(Vec<Endpoint>, Vec<AccountId>), StoreError> {
    match store.endpoints_of(accounts) {
        Err(StoreError::Corrupt { .. }) => {}
        all => return Ok((all?, Vec::new())),
    }
    let (mut endpoints, mut held) = (Vec::new(), Vec::new());
    for account in accounts {
        match store.endpoints_of(&[*account]) {
            Err(StoreError::Corrupt { .. }) => held.push(*account),
            found => endpoints.extend(found?),
        }
    }
    Ok((endpoints, held))
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
