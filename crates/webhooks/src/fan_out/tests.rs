use cardium_kernel::{Book, EndpointId};
use mockall::predicate::eq;

use super::*;
use crate::{
    DeliveryState, EndpointStatus, EventFilter, PING,
    testing::{ENDPOINT, MockStore, NOW, OWNER, endpoint, event},
};

const START: AccountId = AccountId::new(0);
const OTHER: AccountId = AccountId::new(0x101);

fn found(id: u128, object: u128, kind: &str) -> Undispatched {
    Undispatched { event: event(id, object), kind: kind.to_owned(), book: Book::Live }
}

/// A store in which these events wait for these endpoints, each of which has a lane but the last
/// `lost`.
fn waiting(events: &[Undispatched], endpoints: Vec<Endpoint>, lost: usize) -> MockStore {
    let mut store = MockStore::new();
    store.expect_begin_fan_out().times(1).returning(|| Ok(true));
    let (taken, ids) = (events.to_vec(), events.iter().map(|found| found.event.id).collect());
    store.expect_take_undispatched().with(eq(START), eq(9)).times(1).return_once(|_, _| Ok(taken));
    let lanes = endpoints.iter().take(endpoints.len() - lost).map(|endpoint| endpoint.id).collect();
    store.expect_lock_lanes_of().times(1).return_once(|_| Ok(lanes));
    store.expect_endpoints_of().times(1).return_once(|_| Ok(endpoints));
    let ids: Vec<EventId> = ids;
    store
        .expect_mark_dispatched()
        .withf(move |marked| *marked == ids)
        .times(1)
        .returning(|_| Ok(()));
    store
}

fn run(store: &mut MockStore) -> Result<Option<AccountId>, StoreError> {
    let fanned = fan_out(store, &mut IdSource::new(NOW, [1; 16]), (START, 9), NOW)?;
    Ok(fanned.map(|fanned| fanned.last))
}

/// Expects exactly these deliveries, as event, endpoint and state.
fn expect(store: &mut MockStore, expected: &[(u128, u128, DeliveryState)], woken: &[u128]) {
    let expected = expected.to_vec();
    store
        .expect_insert_deliveries()
        .withf(move |deliveries| {
            let made = deliveries.iter().map(|d| (d.event.value(), d.endpoint.value(), d.state));
            made.collect::<Vec<_>>() == expected
        })
        .times(1)
        .returning(|_| Ok(()));
    let woken: Vec<EndpointId> = woken.iter().copied().map(EndpointId::new).collect();
    store
        .expect_wake_lanes()
        .withf(move |lanes, now| *lanes == woken && *now == NOW)
        .times(1)
        .returning(|_, _| Ok(()));
}

#[test]
fn events_fan_out_to_the_endpoints_that_want_them() {
    let theirs = EventRefOf(OTHER).event(2);
    let sandbox = Undispatched { book: Book::Sandbox, ..found(3, 7, "card.issued") };
    let events = [found(1, 7, "card.issued"), theirs, sandbox];
    let live = Endpoint { id: EndpointId::new(0x201), mode: Some(Book::Live), ..endpoint() };
    let off = EndpointStatus::Disabled;
    let off = Endpoint { id: EndpointId::new(0x202), status: off, ..endpoint() };
    let named = EventFilter::Named(vec!["card.frozen".to_owned()]);
    let named = Endpoint { id: EndpointId::new(0x203), events: named, ..endpoint() };
    let mut store = waiting(&events, vec![endpoint(), live, off, named], 0);
    let goes = DeliveryState::Pending;
    expect(&mut store, &[(1, 0x200, goes), (1, 0x201, goes), (3, 0x200, goes)], &[0x200, 0x201]);
    assert_eq!(run(&mut store), Ok(Some(OWNER)));
}

/// An event of somebody else.
struct EventRefOf(AccountId);

impl EventRefOf {
    fn event(&self, id: u128) -> Undispatched {
        let event = crate::EventRef { account: self.0, ..event(id, 7) };
        Undispatched { event, kind: "card.issued".to_owned(), book: Book::Live }
    }
}

#[test]
fn events_of_an_object_wait_for_each_other_where_that_is_asked_for() {
    let events = [
        found(1, 7, "card.issued"),
        found(2, 8, "card.issued"),
        found(3, 7, "card.frozen"),
        found(4, 9, "card.frozen"),
    ];
    let ordered = Endpoint { ordering: Ordering::PerObject, ..endpoint() };
    let mut store = waiting(&events, vec![ordered], 0);
    store
        .expect_find_busy()
        .withf(|subjects| *subjects == [(ENDPOINT, 7), (ENDPOINT, 8), (ENDPOINT, 9)])
        .times(1)
        .returning(|_| Ok([(ENDPOINT, 9)].into()));
    let (goes, waits) = (DeliveryState::Pending, DeliveryState::Queued);
    let expected = [(1, 0x200, goes), (2, 0x200, goes), (3, 0x200, waits), (4, 0x200, waits)];
    expect(&mut store, &expected, &[0x200]);
    assert_eq!(run(&mut store), Ok(Some(OWNER)));
}

#[test]
fn a_ping_goes_to_the_endpoint_it_tells_of() {
    let events = [found(1, 0x201, PING), found(2, 0x202, PING)];
    let of = |id| Endpoint { id: EndpointId::new(id), ..endpoint() };
    let narrow = Endpoint { events: EventFilter::Named(Vec::new()), ..of(0x201) };
    let off = Endpoint { status: EndpointStatus::Disabled, ..of(0x202) };
    let mut store = waiting(&events, vec![of(0x200), narrow, off], 0);
    expect(&mut store, &[(1, 0x201, DeliveryState::Pending)], &[0x201]);
    assert_eq!(run(&mut store), Ok(Some(OWNER)));
}

#[test]
fn an_endpoint_that_is_made_or_removed_meanwhile_gets_nothing() {
    let events = [found(1, 7, "card.issued")];
    let other = Endpoint { id: EndpointId::new(0x201), ..endpoint() };
    let mut store = waiting(&events, vec![endpoint(), other], 1);
    expect(&mut store, &[(1, 0x200, DeliveryState::Pending)], &[0x200]);
    assert_eq!(run(&mut store), Ok(Some(OWNER)));
    // Where nobody wants it nothing is written, and the event is done with.
    assert_eq!(run(&mut waiting(&events, vec![endpoint()], 1)), Ok(Some(OWNER)));
}

#[test]
fn one_fans_out_at_a_time() {
    let mut store = MockStore::new();
    store.expect_begin_fan_out().times(1).returning(|| Ok(false));
    assert_eq!(run(&mut store), Ok(None));
    let mut store = MockStore::new();
    store.expect_begin_fan_out().times(1).returning(|| Ok(true));
    store.expect_take_undispatched().times(1).returning(|_, _| Ok(Vec::new()));
    assert_eq!(run(&mut store), Ok(None));
    let mut store = MockStore::new();
    let broken = || StoreError::Backend("planted".to_owned());
    store.expect_begin_fan_out().times(1).returning(move || Err(broken()));
    assert_eq!(run(&mut store), Err(broken()));
}
