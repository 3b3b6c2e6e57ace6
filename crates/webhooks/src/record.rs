//! What attempts came to, written in sets, and lanes given back.

use std::collections::HashMap;

use cardium_kernel::{EndpointId, StoreError, Timestamp};

use crate::{
    Attempt, Delivery, DeliveryState, DeliveryStore, Lane, Pace, Released, Visited, delay_before,
    plan::{distinct, subjects},
};

/// How a delivery of a leased lane ended.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    /// The delivery as it was found.
    pub delivery: Delivery,
    /// The lease of its lane.
    pub lease: i64,
    /// How it went; none where there was nothing to send, because the event is not kept any more.
    pub attempt: Option<Attempt>,
    /// Random tenths of a percent, 0 to 1,000, by which the next delay is lengthened.
    pub jitter: u16,
}

impl AttemptResult {
    /// The delivery after this attempt.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Delivery {
        let before = self.delivery.clone();
        let Some(attempt) = &self.attempt else {
            return Delivery { state: DeliveryState::Failed, next_attempt_at: now, ..before };
        };
        let attempts = before.attempts.saturating_add(1);
        let (state, next_attempt_at) = match delay_before(attempts, self.jitter) {
            _ if attempt.succeeded() => (DeliveryState::Delivered, now),
            Some(delay) => (DeliveryState::Pending, now.after(delay)),
            None => (DeliveryState::Failed, now),
        };
        let last_status = attempt.outcome.map_or(0, i64::from);
        let mut log = before.log;
        log.push(attempt.clone());
        Delivery { state, attempts, next_attempt_at, last_status, log, ..self.delivery.clone() }
    }
}

/// A visit that is over.
#[derive(Debug, Clone)]
pub struct Release {
    /// Whose lane was visited.
    pub endpoint: EndpointId,
    /// Under which lease.
    pub lease: i64,
    /// The pace of the visit.
    pub pace: Pace,
    /// How it went.
    pub visited: Visited,
}

/// Writes results of visits, in their order, and gives lanes back whose visit is over; says whether
/// one of those is due again at once. What belongs to an older lease is void: somebody else makes
/// these deliveries.
///
/// # Errors
/// When the store fails.
pub fn record(
    store: &mut (impl DeliveryStore + ?Sized),
    (results, releases): (&[AttemptResult], &[Release]),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let visited = results.iter().map(|result| result.delivery.endpoint);
    let endpoints = distinct(visited.chain(releases.iter().map(|release| release.endpoint)));
    let locked = store.lock_lanes(&endpoints)?;
    let mut lanes: HashMap<EndpointId, Lane> =
        locked.into_iter().map(|lane| (lane.endpoint, lane)).collect();
    let holds = |lanes: &HashMap<EndpointId, Lane>, endpoint, lease| {
        lanes.get(endpoint).is_some_and(|lane| lane.lease == lease)
    };
    let valid: Vec<&AttemptResult> = results
        .iter()
        .filter(|result| holds(&lanes, &result.delivery.endpoint, result.lease))
        .collect();
    save(store, &valid, now)?;
    save_failing(store, &mut lanes, &valid)?;
    let released: Vec<Released> = releases
        .iter()
        .filter(|release| holds(&lanes, &release.endpoint, release.lease))
        .map(|release| released(release, &lanes, now))
        .collect();
    if released.is_empty() { Ok(false) } else { store.release_lanes(&released, now) }
}

fn save(
    store: &mut (impl DeliveryStore + ?Sized),
    results: &[&AttemptResult],
    now: Timestamp,
) -> Result<(), StoreError> {
    if results.is_empty() {
        return Ok(());
    }
    let settled: Vec<Delivery> = results.iter().map(|result| result.settle(now)).collect();
    store.save_results(&settled)?;
    let ended = settled.iter().filter(|delivery| delivery.state != DeliveryState::Pending);
    let over = subjects(ended);
    if over.is_empty() {
        return Ok(());
    }
    store.let_next_go(&over, now)?;
    store.wake_lanes(&distinct(over.iter().map(|(endpoint, _)| *endpoint)), now)
}

/// An endpoint fails from the first attempt that failed to the first that did not.
fn save_failing(
    store: &mut (impl DeliveryStore + ?Sized),
    lanes: &mut HashMap<EndpointId, Lane>,
    results: &[&AttemptResult],
) -> Result<(), StoreError> {
    let before: HashMap<_, _> =
        lanes.iter().map(|(endpoint, lane)| (*endpoint, lane.failing_since)).collect();
    for result in results {
        let lane = lanes.get_mut(&result.delivery.endpoint);
        if let (Some(lane), Some(attempt)) = (lane, &result.attempt) {
            lane.failing_since =
                if attempt.succeeded() { None } else { lane.failing_since.or(Some(attempt.at)) };
        }
    }
    let changed =
        lanes.values().filter(|lane| before.get(&lane.endpoint) != Some(&lane.failing_since));
    let changed = distinct(changed.map(|lane| (lane.endpoint, lane.failing_since)));
    if changed.is_empty() { Ok(()) } else { store.save_failing(&changed) }
}

fn released(release: &Release, lanes: &HashMap<EndpointId, Lane>, now: Timestamp) -> Released {
    let Release { endpoint, pace, visited, .. } = release;
    let failing_since = lanes.get(endpoint).and_then(|lane| lane.failing_since);
    let rests_until = if visited.is_unanswered() {
        now.after(visited.rest(failing_since, now))
    } else {
        Timestamp::EPOCH
    };
    Released { endpoint: *endpoint, pace: pace.after(visited), rests_until }
}

#[cfg(test)]
mod tests;
