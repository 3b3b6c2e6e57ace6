use cardium_kernel::{AccountId, Book, EndpointId, EventId, StoreError, Timestamp};

use crate::{Delivery, Endpoint, EventRef};

/// An event that has not been fanned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undispatched {
    /// The event.
    pub event: EventRef,
    /// Its name.
    pub kind: String,
    /// Its book.
    pub book: Book,
}

/// What webhook commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait WebhookStore {
    /// How many endpoints an account has, disabled ones included; kept on its sequence row,
    /// which is locked.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// Writes a new endpoint and counts it. Events from here on are dispatched.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// An account's endpoint. The account's sequence row, which is locked, keeps others from
    /// changing it meanwhile.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_endpoint(
        &mut self,
        account: AccountId,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, StoreError>;

    /// Writes an endpoint that changed.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// An account's event.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_event(
        &mut self,
        account: AccountId,
        id: EventId,
    ) -> Result<Option<EventRef>, StoreError>;

    /// Removes an account's endpoint with the deliveries on their way to it; says whether there was
    /// one. What was sent already stays.
    ///
    /// # Errors
    /// When the database refuses.
    fn delete_endpoint(&mut self, account: AccountId, id: EndpointId) -> Result<bool, StoreError>;

    /// Takes up to `limit` events that were not fanned out, oldest first, for this transaction
    /// alone.
    ///
    /// # Errors
    /// When the database refuses.
    fn take_undispatched(&mut self, limit: i64) -> Result<Vec<Undispatched>, StoreError>;

    /// The endpoints of these accounts.
    ///
    /// # Errors
    /// When the database refuses.
    fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError>;

    /// Writes new deliveries.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;

    /// Marks events as fanned out.
    ///
    /// # Errors
    /// When the database refuses.
    fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError>;

    /// Takes up to `limit` deliveries that are due, raises their lease and sets it to lapse at
    /// `until`.
    ///
    /// # Errors
    /// When the database refuses.
    fn lease_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Writes the results of leased deliveries; those whose lease was raised since are left.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
}
