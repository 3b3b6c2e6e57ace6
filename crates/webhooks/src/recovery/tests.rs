use std::time::Duration;

use cardium_kernel::{AccountId, Book, EventId};
use mockall::predicate::eq;

use super::*;
use crate::{EndpointStatus, EventRef, lane_store::MockLaneStore, testing::picky as endpoint};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const ACCOUNT: AccountId = AccountId::new(2);

fn days_ago(days: u64) -> Timestamp {
    NOW.before(Duration::from_secs(days * 86_400))
}

fn recovery(after: i64, until: i64) -> Recovery {
    Recovery { after, until }
}

/// A store with this last event, which expects this recovery to be written.
fn store(last: i64, running: Option<Recovery>, saved: Option<Recovery>) -> MockLaneStore {
    let mut store = MockLaneStore::new();
    store.expect_last_event().with(eq(ACCOUNT)).returning(move |_| Ok(last));
    store.expect_find_recovery().returning(move |_| Ok(running));
    if let Some(saved) = saved {
        let id = endpoint().id;
        store.expect_save_recovery().once().with(eq(id), eq(Some(saved))).returning(|_, _| Ok(()));
    }
    store
}

fn start(store: &mut MockLaneStore, from: RecoverFrom) -> Result<Recovery, WebhookError> {
    start_recovery(store, &endpoint(), from, NOW)
}

#[test]
fn it_reaches_up_to_the_present_last_event_and_widens_what_runs() {
    for (running, saved) in [
        (None, recovery(3, 9)),
        (Some(recovery(1, 4)), recovery(1, 9)),
        (Some(recovery(5, 8)), recovery(3, 9)),
    ] {
        let mut store = store(9, running, Some(saved));
        store.expect_find_event_moment().with(eq(ACCOUNT), eq(4)).returning(|_, _| Ok(Some(NOW)));
        assert_eq!(start(&mut store, RecoverFrom::Place(3)), Ok(recovery(3, 9)));
    }
}

#[test]
fn a_moment_is_a_place_of_the_sequence() {
    let mut store = store(9, None, Some(recovery(6, 9)));
    let at = days_ago(90);
    store.expect_last_event_before().with(eq(ACCOUNT), eq(at)).returning(|_, _| Ok(6));
    assert_eq!(start(&mut store, RecoverFrom::Moment(at)), Ok(recovery(6, 9)));
}

#[test]
fn where_nothing_follows_nothing_is_written() {
    for place in [9, 10, i64::MAX] {
        let asked = start(&mut store(9, None, None), RecoverFrom::Place(place));
        assert_eq!(asked, Ok(recovery(9, 9)));
    }
    assert_eq!(start(&mut store(0, None, None), RecoverFrom::Place(0)), Ok(recovery(0, 0)));
}

#[test]
fn what_is_no_longer_kept_is_refused() {
    let expired = Err(WebhookError::EventExpired);
    assert_eq!(start(&mut store(9, None, None), RecoverFrom::Moment(days_ago(91))), expired);
    for first in [None, Some(days_ago(91))] {
        let mut store = store(9, None, None);
        store.expect_find_event_moment().returning(move |_, _| Ok(first));
        assert_eq!(start(&mut store, RecoverFrom::Place(0)), expired);
    }
}

#[test]
fn a_disabled_endpoint_recovers_nothing() {
    let endpoint = Endpoint { status: EndpointStatus::Disabled, ..endpoint() };
    let refused = start_recovery(&mut MockLaneStore::new(), &endpoint, RecoverFrom::Place(0), NOW);
    assert_eq!(refused, Err(WebhookError::Disabled));
}

fn found(seq: i64, kind: &str, progress: Progress, at: Timestamp) -> EventProgress {
    let id = EventId::new(u128::from(seq.unsigned_abs()));
    let event = EventRef { id, account: ACCOUNT, object: 5, account_seq: seq, created_at: at };
    EventProgress { event, kind: kind.to_owned(), book: Book::Live, progress }
}

fn next(events: Vec<EventProgress>, range: Recovery) -> (Vec<i64>, Option<Recovery>) {
    let mut store = MockLaneStore::new();
    store
        .expect_progress_of()
        .with(eq(endpoint()), eq(range), eq(3))
        .return_once(move |_, _, _| Ok(events));
    let mut ids = IdSource::new(NOW, [1; 16]);
    let (made, left) = recover_next(&mut store, (&endpoint(), range), &mut ids, 3, NOW).unwrap();
    assert!(made.iter().all(|delivery| delivery.cause == Cause::Replay));
    (made.iter().map(|delivery| delivery.account_seq).collect(), left)
}

#[test]
fn what_is_wanted_and_missing_is_sent_and_nothing_else() {
    let kind = "card.issued";
    let events = vec![
        found(4, kind, Progress::NotSent, NOW),
        found(5, kind, Progress::Failed, NOW),
        found(6, kind, Progress::Underway, NOW),
        found(7, kind, Progress::Delivered, NOW),
        found(8, "card.frozen", Progress::NotSent, NOW),
        found(9, kind, Progress::NotSent, days_ago(91)),
    ];
    assert_eq!(next(events, recovery(3, 20)), (vec![4, 5], Some(recovery(9, 20))));
}

#[test]
fn it_ends_with_the_last_place_or_where_nothing_is_left() {
    let last = vec![found(20, "card.frozen", Progress::NotSent, NOW)];
    assert_eq!(next(last, recovery(3, 20)), (vec![], None));
    assert_eq!(next(vec![], recovery(3, 20)), (vec![], None));
}
