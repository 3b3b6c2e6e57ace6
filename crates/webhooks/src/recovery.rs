//! Sending again whatever an endpoint missed.
//!
//! Invariants: a recovery is a range of the account's sequence, kept until it is worked off, so
//! that neither its size nor a restart matters; what was delivered or is on its way is not sent
//! again. Deliberately absent: in which order the new deliveries go (that of their endpoint).

use cardium_kernel::{DeliveryId, IdSource, StoreError, Timestamp};

use crate::{
    Cause, Delivery, Endpoint, EventProgress, LaneStore, Ordering, Progress, REPLAYABLE,
    WebhookError,
};

/// What is left to be looked through: places in the account's sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// Only after this place.
    pub after: i64,
    /// Up to this one.
    pub until: i64,
}

/// From when on an endpoint's owner wants everything again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoverFrom {
    /// After this place in the account's sequence.
    Place(i64),
    /// Whatever happened at this moment or later.
    Moment(Timestamp),
}

impl Recovery {
    /// A recovery that does what both do.
    #[must_use]
    pub fn joined(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self {
            after: self.after.min(other.after),
            until: self.until.max(other.until),
        })
    }
}

/// Notes that an endpoint is to get again what it missed, up to the account's present last event;
/// widens a recovery that runs. Gives what was asked for.
///
/// # Errors
/// [`WebhookError::Disabled`]; [`WebhookError::EventExpired`] where it reaches back too far; or
/// when the store fails.
pub fn start_recovery(
    store: &mut (impl LaneStore + ?Sized),
    endpoint: &Endpoint,
    from: RecoverFrom,
    now: Timestamp,
) -> Result<Recovery, WebhookError> {
    endpoint.check_replayable()?;
    let last = store.last_event(endpoint.account)?;
    let after = match from {
        RecoverFrom::Place(place) => {
            let after = place.min(last);
            check_kept(store, endpoint, (after, last), now)?;
            after
        }
        RecoverFrom::Moment(at) if now.since(at) > REPLAYABLE => {
            return Err(WebhookError::EventExpired);
        }
        RecoverFrom::Moment(at) => store.last_event_before(endpoint.account, at)?,
    };
    let asked = Recovery { after, until: last };
    if after < last {
        let running = store.find_recovery(endpoint.id)?;
        store.save_recovery(endpoint.id, Some(asked.joined(running)))?;
    }
    Ok(asked)
}

/// Passes a place whose next event is still one that can be sent again.
fn check_kept(
    store: &mut (impl LaneStore + ?Sized),
    endpoint: &Endpoint,
    (after, last): (i64, i64),
    now: Timestamp,
) -> Result<(), WebhookError> {
    if after >= last {
        return Ok(());
    }
    let first = store.find_event_moment(endpoint.account, after.saturating_add(1))?;
    match first {
        Some(at) if now.since(at) <= REPLAYABLE => Ok(()),
        Some(_) | None => Err(WebhookError::EventExpired),
    }
}

/// The deliveries of a recovery's next `limit` events, and what is left of it.
///
/// # Errors
/// When the store fails.
pub fn recover_next(
    store: &mut (impl LaneStore + ?Sized),
    (endpoint, recovery): (&Endpoint, Recovery),
    ids: &mut IdSource,
    limit: i64,
    now: Timestamp,
) -> Result<(Vec<Delivery>, Option<Recovery>), StoreError> {
    let events = store.progress_of(endpoint, recovery, limit)?;
    let after = events.last().map_or(recovery.until, |last| last.event.account_seq);
    let mut deliveries = Vec::new();
    for found in events.iter().filter(|found| is_missing(endpoint, found, now)) {
        let id = DeliveryId::new(ids.mint());
        let new = Delivery::new(id, found.event, endpoint.id, Cause::Replay, now);
        deliveries.push(Delivery { ordered: endpoint.ordering == Ordering::PerObject, ..new });
    }
    let left = Recovery { after, ..recovery };
    Ok((deliveries, Some(left).filter(|left| left.after < left.until)))
}

fn is_missing(endpoint: &Endpoint, found: &EventProgress, now: Timestamp) -> bool {
    let missing = match found.progress {
        Progress::NotSent | Progress::Failed => true,
        Progress::Underway | Progress::Delivered => false,
    };
    let kept = now.since(found.event.created_at) <= REPLAYABLE;
    missing && kept && endpoint.expects(&found.kind, found.book, found.event.object)
}

#[cfg(test)]
mod tests;
