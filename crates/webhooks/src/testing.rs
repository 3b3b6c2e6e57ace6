//! Both ports as one mock: what a test does not expect may not be called.

use std::collections::HashSet;

use cardium_kernel::*;

use crate::*;

mockall::mock! {
    pub Store {}

    impl WebhookStore for Store {
        fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError>;
        fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
        fn find_endpoint(
            &mut self,
            account: AccountId,
            id: EndpointId,
        ) -> Result<Option<Endpoint>, StoreError>;
        fn save_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
        fn lock_endpoints_of(
            &mut self,
            account: AccountId,
            grants: &[GrantId],
        ) -> Result<Vec<Endpoint>, StoreError>;
        fn save_ended(&mut self, ended: &[EndpointId], now: Timestamp) -> Result<(), StoreError>;
        fn find_event(
            &mut self,
            account: AccountId,
            id: EventId,
        ) -> Result<Option<(EventRef, String, Book)>, StoreError>;
        fn delete_endpoint(
            &mut self,
            account: AccountId,
            id: EndpointId,
        ) -> Result<bool, StoreError>;
    }

    impl DeliveryStore for Store {
        fn begin_fan_out(&mut self) -> Result<bool, StoreError>;
        fn take_undispatched(
            &mut self,
            after: AccountId,
            limit: i64,
        ) -> Result<Vec<Undispatched>, StoreError>;
        fn lock_lanes_of(
            &mut self,
            accounts: &[AccountId],
        ) -> Result<HashSet<EndpointId>, StoreError>;
        fn lock_lanes(&mut self, endpoints: &[EndpointId]) -> Result<Vec<Lane>, StoreError>;
        fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError>;
        fn find_busy(&mut self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError>;
        fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
        fn wake_lanes(
            &mut self,
            endpoints: &[EndpointId],
            now: Timestamp,
        ) -> Result<(), StoreError>;
        fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError>;
        fn lease_lanes(
            &mut self,
            care: Care,
            moments: (Timestamp, Timestamp),
            limit: i64,
        ) -> Result<Vec<Lane>, StoreError>;
        fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
        fn let_next_go(&mut self, subjects: &[Subject], now: Timestamp) -> Result<(), StoreError>;
        fn save_failing(
            &mut self,
            lanes: &[(EndpointId, Option<Timestamp>)],
        ) -> Result<(), StoreError>;
        fn release_lanes(
            &mut self,
            lanes: &[Released],
            now: Timestamp,
        ) -> Result<bool, StoreError>;
    }
}

/// The moment of every test.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
/// Whose everything is.
pub(crate) const OWNER: AccountId = AccountId::new(0x100);
/// Its endpoint.
pub(crate) const ENDPOINT: EndpointId = EndpointId::new(0x200);

/// An endpoint that wants everything.
pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        id: ENDPOINT,
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
        grant: None,
        metadata: Metadata::default(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

/// An endpoint that asks for live `card.issued`.
pub(crate) fn picky() -> Endpoint {
    let events = EventFilter::Named(vec!["card.issued".into()]);
    let (id, account) = (EndpointId::new(1), AccountId::new(2));
    Endpoint { id, account, events, mode: Some(Book::Live), ..endpoint() }
}

/// The owner's event with this id, of this object.
pub(crate) fn event(id: u128, object: u128) -> EventRef {
    let account_seq = i64::try_from(id).expect("a small number");
    EventRef { id: EventId::new(id), account: OWNER, object, account_seq, created_at: NOW }
}
