use std::time::Duration;

use cardium_kernel::DeliveryId;

use super::*;
use crate::{
    AttemptFailure, Cause,
    testing::{ENDPOINT, MockStore, NOW, OWNER, event},
};

const FAILED: Timestamp = Timestamp::from_unix_seconds(1_779_999_999);

fn lane(lease: i64, failing_since: Option<Timestamp>) -> Lane {
    Lane { endpoint: ENDPOINT, account: OWNER, lease, pace: Pace::NEW, failing_since }
}

/// An attempt under lease 5.
fn result(id: u128, outcome: Result<u16, AttemptFailure>) -> AttemptResult {
    let delivery = Delivery::new(DeliveryId::new(id), event(id, 7), ENDPOINT, Cause::Event, NOW);
    let attempt = Attempt { at: FAILED, took_ms: 12, outcome, excerpt: "oh".to_owned() };
    AttemptResult { delivery, lease: 5, attempt: Some(attempt), jitter: 0 }
}

fn after(attempts: i64, result: AttemptResult) -> AttemptResult {
    AttemptResult { delivery: Delivery { attempts, ..result.delivery }, ..result }
}

fn ordered(result: AttemptResult) -> AttemptResult {
    AttemptResult { delivery: Delivery { ordered: true, ..result.delivery }, ..result }
}

fn store(lane: Lane) -> MockStore {
    let mut store = MockStore::new();
    store
        .expect_lock_lanes()
        .withf(|lanes| *lanes == [ENDPOINT])
        .times(1)
        .return_once(|_| Ok(vec![lane]));
    store
}

fn expect_saved(store: &mut MockStore, expected: Vec<Delivery>) {
    let saved = move |deliveries: &[Delivery]| *deliveries == expected;
    store.expect_save_results().withf(saved).times(1).returning(|_| Ok(()));
}

#[test]
fn an_attempt_moves_its_delivery_on() {
    for (attempts, outcome, state, status, wait) in [
        (0, Ok(204), DeliveryState::Delivered, 204, 0),
        (0, Ok(302), DeliveryState::Pending, 302, 30),
        (1, Ok(500), DeliveryState::Pending, 500, 300),
        (1, Err(AttemptFailure::Timeout), DeliveryState::Pending, 0, 300),
        (6, Ok(500), DeliveryState::Failed, 500, 0),
        (6, Ok(200), DeliveryState::Delivered, 200, 0),
    ] {
        let before = after(attempts, result(1, outcome));
        let settled = before.settle(NOW);
        assert_eq!((settled.state, settled.last_status), (state, status), "{outcome:?}");
        assert_eq!(settled.attempts, attempts + 1);
        assert_eq!(settled.next_attempt_at, NOW.after(Duration::from_secs(wait)));
        assert_eq!(settled.log, [before.attempt.unwrap()]);
    }
    let gone = AttemptResult { attempt: None, ..result(1, Ok(200)) };
    let expected = Delivery { state: DeliveryState::Failed, ..gone.delivery.clone() };
    assert_eq!(gone.settle(NOW), expected);
}

#[test]
fn an_endpoint_fails_from_its_first_failure_to_its_next_success() {
    let (ok, bad) = (Ok(200), Ok(500));
    for (before, outcomes, saved) in [
        (None, vec![ok], None),
        (None, vec![bad, bad], Some(Some(FAILED))),
        (None, vec![bad, ok], None),
        (Some(NOW), vec![bad], None),
        (Some(NOW), vec![bad, ok], Some(None)),
        (Some(NOW), vec![ok, bad], Some(Some(FAILED))),
    ] {
        let mut store = store(lane(5, before));
        store.expect_save_results().times(1).returning(|_| Ok(()));
        let times = usize::from(saved.is_some());
        let expected = [(ENDPOINT, saved.flatten())];
        let written = move |lanes: &[_]| *lanes == expected;
        store.expect_save_failing().withf(written).times(times).returning(|_| Ok(()));
        let results: Vec<_> =
            (1..).zip(outcomes).map(|(id, outcome)| result(id, outcome)).collect();
        assert_eq!(record(&mut store, (&results, &[]), NOW), Ok(false));
    }
}

#[test]
fn what_ends_lets_the_next_of_its_object_go() {
    let results =
        [ordered(result(1, Ok(200))), ordered(after(6, result(2, Ok(500)))), result(3, Ok(200))];
    let mut waiting = store(lane(5, None));
    expect_saved(&mut waiting, results.iter().map(|result| result.settle(NOW)).collect());
    waiting
        .expect_let_next_go()
        .withf(|subjects, now| *subjects == [(ENDPOINT, 7)] && *now == NOW)
        .times(1)
        .returning(|_, _| Ok(()));
    let woken = |lanes: &[EndpointId], now: &Timestamp| *lanes == [ENDPOINT] && *now == NOW;
    waiting.expect_wake_lanes().withf(woken).times(1).returning(|_, _| Ok(()));
    assert_eq!(record(&mut waiting, (&results, &[]), NOW), Ok(false));
    // One that will be tried again keeps its followers waiting.
    let again = [ordered(result(1, Ok(500)))];
    let mut waiting = store(lane(5, Some(NOW)));
    expect_saved(&mut waiting, vec![again[0].settle(NOW)]);
    assert_eq!(record(&mut waiting, (&again, &[]), NOW), Ok(false));
}

fn release(lease: i64, outcome: Result<u16, AttemptFailure>) -> Release {
    let mut visited = Visited::default();
    let attempt = Attempt { at: FAILED, took_ms: 12, outcome, excerpt: String::new() };
    visited.note(&attempt);
    Release { endpoint: ENDPOINT, lease, pace: Pace::NEW, visited }
}

#[test]
fn a_lane_is_given_back_with_its_new_pace_and_rests_when_it_was_silent() {
    for (outcome, rests_until) in [
        (Ok(200), Timestamp::EPOCH),
        (Err(AttemptFailure::Timeout), NOW.after(Duration::from_secs(1))),
    ] {
        let release = release(5, outcome);
        let pace = Pace::NEW.after(&release.visited);
        let expected = Released { endpoint: ENDPOINT, pace, rests_until };
        let mut store = store(lane(5, None));
        store
            .expect_release_lanes()
            .withf(move |lanes, now| *lanes == [expected] && *now == NOW)
            .times(1)
            .returning(|_, _| Ok(true));
        assert_eq!(record(&mut store, (&[], &[release]), NOW), Ok(true));
    }
}

#[test]
fn what_comes_of_an_older_lease_is_void() {
    let (results, releases) = ([ordered(result(1, Ok(200)))], [release(5, Ok(200))]);
    for lanes in [vec![lane(6, None)], Vec::new()] {
        let mut store = MockStore::new();
        store.expect_lock_lanes().times(1).return_once(|_| Ok(lanes));
        assert_eq!(record(&mut store, (&results, &releases), NOW), Ok(false));
    }
}
