use cardium_kernel::{Book, Metadata, StoreError};
use mockall::predicate::{always, eq};

use super::*;
use crate::{
    EndpointStatus,
    testing::{ENDPOINT as ID, MockStore as MockWebhookStore, NOW, OWNER, endpoint},
};

/// No event of that account was ever purged that has an id below the account's.
const EVENT: EventId = EventId::new(0x80);
const DELIVERY: DeliveryId = DeliveryId::new(0x400);

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
    let found = happened.map(|at| (event(at), "card.issued".to_owned(), Book::Live));
    store.expect_find_event().with(eq(OWNER), eq(EVENT)).returning(move |_, _| Ok(found.clone()));
    store
}

/// The event that happened then.
fn event(created_at: Timestamp) -> crate::EventRef {
    crate::EventRef { id: EVENT, created_at, ..crate::testing::event(7, 0x500) }
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
        let done = change_endpoint(&mut store, (OWNER, ID), (patch(status), None), NOW).unwrap();
        assert_eq!((done.0.status, done.0.updated_at, done.1), (status, NOW, Change::Applied));
    }
}

#[test]
fn a_change_that_changes_nothing_or_is_refused_writes_nothing() {
    let mut store = holding(Some(endpoint()), None);
    let same =
        change_endpoint(&mut store, (OWNER, ID), (patch(EndpointStatus::Enabled), None), NOW);
    assert_eq!(same, Ok((endpoint(), Change::AlreadyApplied)));
    let metadata = [("note".to_owned(), Some("v".repeat(Metadata::LONGEST_VALUE + 1)))].into();
    let wordy = EndpointPatch { metadata, ..EndpointPatch::default() };
    let refused = change_endpoint(&mut store, (OWNER, ID), (wordy, None), NOW);
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
    let woken = |lanes: &[EndpointId], now: &Timestamp| *lanes == [ID] && *now == NOW;
    store.expect_wake_lanes().withf(woken).times(1).returning(|_, _| Ok(()));
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
fn no_agent_has_its_owners_events_sent_again() {
    let mut store = MockWebhookStore::new();
    let agents = Endpoint { grant: Some(GrantId::new(9)), ..endpoint() };
    store.expect_find_endpoint().returning(move |_, _| Ok(Some(agents.clone())));
    let found = (event(NOW), "approval.requested".to_owned(), Book::Live);
    store.expect_find_event().returning(move |_, _| Ok(Some(found.clone())));
    assert_eq!(replay(&mut store), Err(WebhookError::NoEvent));
}

#[test]
fn what_grants_set_up_ends_with_them() {
    let grants = [GrantId::new(9), GrantId::new(10)];
    let mut store = MockWebhookStore::new();
    assert_eq!(end_with_grants(&mut store, OWNER, &[], NOW), Ok(Vec::new()));
    store
        .expect_lock_endpoints_of()
        .withf(move |account, of| *account == OWNER && *of == grants)
        .times(1)
        .returning(|_, _| Ok(vec![endpoint(), disabled()]));
    let saved = |ids: &[EndpointId], now: &Timestamp| *ids == [ID] && *now == NOW;
    store.expect_save_ended().withf(saved).times(1).returning(|_, _| Ok(()));
    let ended = end_with_grants(&mut store, OWNER, &grants, NOW).unwrap();
    assert_eq!((ended.len(), ended[0].disabled_by), (1, Some(crate::DisabledBy::Grant)));
    let mut store = MockWebhookStore::new();
    store.expect_lock_endpoints_of().returning(|_, _| Ok(vec![disabled()]));
    assert_eq!(end_with_grants(&mut store, OWNER, &grants, NOW), Ok(Vec::new()));
}

#[test]
fn what_the_account_does_not_have_is_unknown() {
    let mut nothing = holding(None, Some(NOW));
    assert_eq!(replay(&mut nothing), Err(WebhookError::NoEndpoint));
    let changed = change_endpoint(&mut nothing, (OWNER, ID), (EndpointPatch::default(), None), NOW);
    assert_eq!(changed, Err(WebhookError::NoEndpoint));
    assert_eq!(replay(&mut holding(Some(endpoint()), None)), Err(WebhookError::NoEvent));
}

#[test]
fn a_store_that_fails_is_told_of() {
    let broken = || StoreError::Backend("planted".to_owned());
    let mut store = MockWebhookStore::new();
    store.expect_count_endpoints().returning(move |_| Err(broken()));
    store.expect_find_endpoint().with(always(), always()).returning(move |_, _| Err(broken()));
    let told = WebhookError::Store(broken());
    assert_eq!(add_endpoint(&mut store, &endpoint(), 16), Err(told.clone()));
    let change = change_endpoint(&mut store, (OWNER, ID), (EndpointPatch::default(), None), NOW);
    assert_eq!(change, Err(told.clone()));
    assert_eq!(replay(&mut store), Err(told));
}

#[test]
fn an_event_that_was_purged_is_still_an_old_one() {
    let at = |seconds| IdSource::new(Timestamp::from_unix_seconds(seconds), [7; 16]).mint();
    let (now, ninety_days) = (1_780_000_000, 90 * 86_400);
    let owner = AccountId::new(at(now - ninety_days - 5));
    for (made, why) in [
        (now - ninety_days - 6, WebhookError::NoEvent),
        (now - ninety_days - 4, WebhookError::EventExpired),
        (now - ninety_days - 1, WebhookError::EventExpired),
        (now - ninety_days + 1, WebhookError::NoEvent),
    ] {
        assert_eq!(missing(owner, EventId::new(at(made)), NOW), why, "{made}");
    }
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
