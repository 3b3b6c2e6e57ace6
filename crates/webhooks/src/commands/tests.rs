use cardium_kernel::{Book, Metadata};
use mockall::predicate::{always, eq};

use super::*;
use crate::{EndpointStatus, EventFilter, EventRef, Ordering, Payload, store::MockWebhookStore};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const OWNER: AccountId = AccountId::new(0x100);
const ID: EndpointId = EndpointId::new(0x200);
const EVENT: EventId = EventId::new(0x300);
const DELIVERY: DeliveryId = DeliveryId::new(0x400);

/// An endpoint that wants everything.
fn endpoint() -> Endpoint {
    Endpoint {
        id: ID,
        account: OWNER,
        url: "https://a.example.com/".to_owned(),
        events: EventFilter::Everything,
        mode: None,
        description: String::new(),
        secret: Vec::new(),
        next_secret: None,
        payload: Payload::Full,
        ordering: Ordering::None,
        status: EndpointStatus::Enabled,
        disabled_by: None,
        warned_at: None,
        metadata: Metadata::default(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn disabled() -> Endpoint {
    Endpoint { status: EndpointStatus::Disabled, ..endpoint() }
}

fn patch(status: EndpointStatus) -> EndpointPatch {
    EndpointPatch { status: Some(status), ..EndpointPatch::default() }
}

/// A store with this endpoint, where the event happened then. It takes no writes.
fn holding(found: Option<Endpoint>, happened: Option<Timestamp>) -> MockWebhookStore {
    let mut store = MockWebhookStore::new();
    store.expect_find_endpoint().with(eq(OWNER), eq(ID)).returning(move |_, _| Ok(found.clone()));
    let found = happened.map(event);
    store.expect_find_event().with(eq(OWNER), eq(EVENT)).returning(move |_, _| Ok(found));
    store
}

/// The event that happened then.
fn event(created_at: Timestamp) -> EventRef {
    EventRef { id: EVENT, account: OWNER, object: 0x500, account_seq: 7, created_at }
}

fn replay(store: &mut MockWebhookStore) -> Result<Delivery, WebhookError> {
    replay_event(store, (OWNER, ID), (EVENT, DELIVERY), NOW)
}

#[test]
fn an_endpoint_is_added_up_to_the_bound() {
    let mut store = MockWebhookStore::new();
    store.expect_count_endpoints().with(eq(OWNER)).returning(|_| Ok(15));
    assert_eq!(add_endpoint(&mut store, &endpoint(), 15), Err(WebhookError::TooMany));
    store.expect_insert_endpoint().with(eq(endpoint())).times(1).returning(|_| Ok(()));
    assert_eq!(add_endpoint(&mut store, &endpoint(), 16), Ok(()));
}

#[test]
fn an_endpoint_is_enabled_and_disabled() {
    for (found, status) in
        [(disabled(), EndpointStatus::Enabled), (endpoint(), EndpointStatus::Disabled)]
    {
        let mut store = holding(Some(found), None);
        let saved = move |endpoint: &Endpoint| endpoint.status == status;
        store.expect_save_endpoint().withf(saved).times(1).returning(|_| Ok(()));
        let done = change_endpoint(&mut store, (OWNER, ID), patch(status), NOW).unwrap();
        assert_eq!((done.0.status, done.0.updated_at, done.1), (status, NOW, Change::Applied));
    }
}

#[test]
fn a_change_that_changes_nothing_or_is_refused_writes_nothing() {
    let mut store = holding(Some(endpoint()), None);
    let same = change_endpoint(&mut store, (OWNER, ID), patch(EndpointStatus::Enabled), NOW);
    assert_eq!(same, Ok((endpoint(), Change::AlreadyApplied)));
    let metadata = [("note".to_owned(), Some("v".repeat(Metadata::LONGEST_VALUE + 1)))].into();
    let wordy = EndpointPatch { metadata, ..EndpointPatch::default() };
    let refused = change_endpoint(&mut store, (OWNER, ID), wordy, NOW);
    assert!(matches!(refused, Err(WebhookError::Metadata(_))), "{refused:?}");
}

#[test]
fn an_event_is_sent_again_for_ninety_days() {
    let oldest = Timestamp::from_unix_seconds(1_780_000_000 - 90 * 86_400);
    let mut store = holding(Some(endpoint()), Some(oldest));
    let again = Delivery::new(DELIVERY, event(oldest), ID, Cause::Replay, NOW);
    let written = again.clone();
    store
        .expect_insert_deliveries()
        .withf(move |deliveries| *deliveries == [written.clone()])
        .times(1)
        .returning(|_| Ok(()));
    assert_eq!(replay(&mut store), Ok(again));
    let older = Timestamp::from_unix_seconds(1_780_000_000 - 90 * 86_400 - 1);
    let refused = replay(&mut holding(Some(endpoint()), Some(older)));
    assert_eq!(refused, Err(WebhookError::EventExpired));
}

#[test]
fn a_disabled_endpoint_is_sent_nothing_again() {
    assert_eq!(replay(&mut holding(Some(disabled()), Some(NOW))), Err(WebhookError::Disabled));
}

#[test]
fn what_the_account_does_not_have_is_unknown() {
    let mut nothing = holding(None, Some(NOW));
    assert_eq!(replay(&mut nothing), Err(WebhookError::NoEndpoint));
    let changed = change_endpoint(&mut nothing, (OWNER, ID), EndpointPatch::default(), NOW);
    assert_eq!(changed, Err(WebhookError::NoEndpoint));
    assert_eq!(replay(&mut holding(Some(endpoint()), None)), Err(WebhookError::NoEvent));
}

fn undispatched(id: u128, account: AccountId, book: Book) -> Undispatched {
    let event = EventRef { id: EventId::new(id), account, ..event(NOW) };
    Undispatched { event, kind: "card.issued".to_owned(), book }
}

#[test]
fn events_fan_out_to_the_endpoints_that_want_them() {
    let other = AccountId::new(0x101);
    let events = vec![
        undispatched(1, OWNER, Book::Live),
        undispatched(2, other, Book::Live),
        undispatched(3, OWNER, Book::Sandbox),
    ];
    let live = Endpoint { id: EndpointId::new(0x201), mode: Some(Book::Live), ..endpoint() };
    let off = Endpoint { id: EndpointId::new(0x202), ..disabled() };
    let mut store = MockWebhookStore::new();
    store.expect_take_undispatched().with(eq(3)).times(1).return_once(|_| Ok(events));
    store
        .expect_endpoints_of()
        .withf(move |accounts| *accounts == [OWNER, other])
        .times(1)
        .return_once(|_| Ok(vec![endpoint(), live, off]));
    store
        .expect_insert_deliveries()
        .withf(|deliveries| {
            let sent: Vec<_> =
                deliveries.iter().map(|d| (d.event.value(), d.endpoint.value())).collect();
            sent == [(1, 0x200), (1, 0x201), (3, 0x200)]
        })
        .times(1)
        .returning(|_| Ok(()));
    store
        .expect_mark_dispatched()
        .withf(|events| *events == [1, 2, 3].map(EventId::new))
        .times(1)
        .returning(|_| Ok(()));
    assert_eq!(fan_out(&mut store, &mut IdSource::new(NOW, [1; 16]), 3, NOW), Ok(3));
}

#[test]
fn where_nothing_happened_nothing_is_written() {
    let mut store = MockWebhookStore::new();
    store.expect_take_undispatched().times(1).returning(|_| Ok(Vec::new()));
    assert_eq!(fan_out(&mut store, &mut IdSource::new(NOW, [1; 16]), 3, NOW), Ok(0));
}

#[test]
fn a_store_that_fails_is_told_of() {
    let broken = || StoreError::Backend("planted".to_owned());
    let mut store = MockWebhookStore::new();
    store.expect_count_endpoints().returning(move |_| Err(broken()));
    store.expect_find_endpoint().with(always(), always()).returning(move |_, _| Err(broken()));
    store.expect_take_undispatched().returning(move |_| Err(broken()));
    let told = WebhookError::Store(broken());
    assert_eq!(add_endpoint(&mut store, &endpoint(), 16), Err(told.clone()));
    let change = change_endpoint(&mut store, (OWNER, ID), EndpointPatch::default(), NOW);
    assert_eq!(change, Err(told.clone()));
    assert_eq!(replay(&mut store), Err(told));
    let fanned = fan_out(&mut store, &mut IdSource::new(NOW, [1; 16]), 3, NOW);
    assert_eq!(fanned, Err(broken()));
}

#[test]
fn a_secret_is_rotated_and_confirmed_once() {
    let sealed = || (vec![7], Duration::from_secs(60));
    let mut store = holding(None, None);
    let of = (OWNER, ID);
    assert_eq!(rotate_secret(&mut store, of, sealed(), NOW), Err(WebhookError::NoEndpoint));
    assert_eq!(confirm_secret(&mut store, of, NOW), Err(WebhookError::NoEndpoint));
    let mut store = holding(Some(endpoint()), None);
    assert_eq!(confirm_secret(&mut store, of, NOW), Err(WebhookError::NoRotation));
    store.expect_save_endpoint().times(1).returning(|_| Ok(()));
    let rotating = rotate_secret(&mut store, of, sealed(), NOW).unwrap();
    assert_eq!(rotating.signers_at(NOW).next, Some([7].as_slice()));
    let mut store = holding(Some(rotating), None);
    store.expect_save_endpoint().times(1).returning(|_| Ok(()));
    let confirmed = confirm_secret(&mut store, of, NOW).unwrap();
    assert_eq!((confirmed.secret, confirmed.next_secret), (vec![7], None));
}
