use std::collections::HashSet;

use cardium_kernel::{AccountId, Book, EndpointId, EventId, StoreError, Timestamp};

use crate::{Care, Delivery, Endpoint, EventRef, Lane, Pace};

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

/// An endpoint and one of the objects that its events tell of.
pub type Subject = (EndpointId, u128);

/// A lane that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// Whose lane it is.
    pub endpoint: EndpointId,
    /// How hard the endpoint is leant on from here on.
    pub pace: Pace,
    /// Until when nobody may lease it.
    pub rests_until: Timestamp,
}

/// What the ways of events to their endpoints need of the open transaction.
///
/// Lanes are locked before what is on its way in them is looked at, and always in the order of
/// their endpoints: so no delivery is missed that somebody else just wrote, and nobody deadlocks.
pub trait DeliveryStore {
    /// Makes this transaction the only one that fans out; says whether it could.
    ///
    /// # Errors
    /// When the database refuses.
    fn begin_fan_out(&mut self) -> Result<bool, StoreError>;

    /// Up to `limit` events that were not fanned out, account by account from the first after
    /// this one, and around; each account's in its sequence.
    ///
    /// # Errors
    /// When the database refuses.
    fn take_undispatched(
        &mut self,
        after: AccountId,
        limit: i64,
    ) -> Result<Vec<Undispatched>, StoreError>;

    /// Locks the lanes of these accounts' endpoints; gives the endpoints that have one.
    ///
    /// # Errors
    /// When the database refuses.
    fn lock_lanes_of(&mut self, accounts: &[AccountId]) -> Result<HashSet<EndpointId>, StoreError>;

    /// Locks these endpoints' lanes; one that is gone is left out.
    ///
    /// # Errors
    /// When the database refuses.
    fn lock_lanes(&mut self, endpoints: &[EndpointId]) -> Result<Vec<Lane>, StoreError>;

    /// The endpoints of these accounts.
    ///
    /// # Errors
    /// When the database refuses.
    fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError>;

    /// Those of these that have an ordered delivery on its way.
    ///
    /// # Errors
    /// When the database refuses.
    fn find_busy(&mut self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError>;

    /// Writes new deliveries as they are.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;

    /// Makes lanes due now that were due later, or not at all.
    ///
    /// # Errors
    /// When the database refuses.
    fn wake_lanes(&mut self, endpoints: &[EndpointId], now: Timestamp) -> Result<(), StoreError>;

    /// Marks events as fanned out.
    ///
    /// # Errors
    /// When the database refuses.
    fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError>;

    /// Leases up to `limit` lanes of this class that are due at the first of two moments, until the
    /// second; those first that are due longest, careful ones in turn. Each lease has a number of
    /// its own.
    ///
    /// # Errors
    /// When the database refuses.
    fn lease_lanes(
        &mut self,
        care: Care,
        moments: (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<Vec<Lane>, StoreError>;

    /// Writes how far deliveries are; their lanes are locked.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;

    /// Lets the first delivery that is queued for each of these go, unless one is on its way.
    ///
    /// # Errors
    /// When the database refuses.
    fn let_next_go(&mut self, subjects: &[Subject], now: Timestamp) -> Result<(), StoreError>;

    /// Writes since when each of these endpoints has failed.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_failing(&mut self, lanes: &[(EndpointId, Option<Timestamp>)])
    -> Result<(), StoreError>;

    /// Gives lanes back that are locked: each is due when the first of its deliveries is. Says
    /// whether one is due at once.
    ///
    /// # Errors
    /// When the database refuses.
    fn release_lanes(&mut self, lanes: &[Released], now: Timestamp) -> Result<bool, StoreError>;
}
