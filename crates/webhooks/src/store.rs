use cardium_kernel::{AccountId, Book, EndpointId, EventId, GrantId, StoreError, Timestamp};

use crate::{Endpoint, EventRef};

/// What webhook commands need of the open transaction; deliveries are a port of their own,
/// [`crate::DeliveryStore`].
pub trait WebhookStore {
    /// How many endpoints an account has, disabled ones included; kept on its sequence row,
    /// which is locked.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// Writes a new endpoint with its lane and counts it. Events from here on are dispatched.
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

    /// Writes an endpoint that changed, and brings its lane in line: what waits in vain for its
    /// turn goes, and a disabled endpoint's lane is due no more.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// The enabled endpoints of an account that these grants set up, their lanes locked.
    ///
    /// # Errors
    /// When the database refuses, or a row cannot be read.
    fn lock_endpoints_of(
        &mut self,
        account: AccountId,
        grants: &[GrantId],
    ) -> Result<Vec<Endpoint>, StoreError>;

    /// Writes that locked endpoints ended at this moment (see [`Endpoint::end`]): their lanes are
    /// due no more, and do not fail.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_ended(&mut self, ended: &[EndpointId], now: Timestamp) -> Result<(), StoreError>;

    /// An account's event, its name and its book.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_event(
        &mut self,
        account: AccountId,
        id: EventId,
    ) -> Result<Option<(EventRef, String, Book)>, StoreError>;

    /// Removes an account's endpoint with its lane and the deliveries on their way to it; says
    /// whether there was one. What was sent already stays.
    ///
    /// # Errors
    /// When the database refuses.
    fn delete_endpoint(&mut self, account: AccountId, id: EndpointId) -> Result<bool, StoreError>;
}
