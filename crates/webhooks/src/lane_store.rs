use cardium_kernel::{AccountId, EndpointId, StoreError, Timestamp};

use crate::{Endpoint, EventProgress, Recovery};

/// What judging and recovering endpoints need of the open transaction: of an endpoint's lane since
/// when it fails and what is being sent again, and of its account's events what it missed. Whatever
/// reads a lane locks it, so that the results of attempts wait.
#[cfg_attr(test, mockall::automock)]
pub trait LaneStore {
    /// Since when every attempt at an endpoint has failed; none where the last one succeeded.
    ///
    /// # Errors
    /// When the database refuses.
    fn find_failing_since(&mut self, endpoint: EndpointId)
    -> Result<Option<Timestamp>, StoreError>;

    /// Forgets that an endpoint failed.
    ///
    /// # Errors
    /// When the database refuses.
    fn clear_failing(&mut self, endpoint: EndpointId) -> Result<(), StoreError>;

    /// Whether something that failed before is to be tried at the endpoint again.
    ///
    /// # Errors
    /// When the database refuses.
    fn is_retrying(&mut self, endpoint: EndpointId, now: Timestamp) -> Result<bool, StoreError>;

    /// What is being sent to an endpoint again.
    ///
    /// # Errors
    /// When the database refuses.
    fn find_recovery(&mut self, endpoint: EndpointId) -> Result<Option<Recovery>, StoreError>;

    /// Writes what is left to be sent to an endpoint again.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_recovery(
        &mut self,
        endpoint: EndpointId,
        recovery: Option<Recovery>,
    ) -> Result<(), StoreError>;

    /// The place of an account's last event; zero for none. The account's sequence row is locked.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    fn last_event(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// The place of an account's last event before a moment; zero for none. An account's events
    /// are in the order of time, and those that are no longer kept are the oldest.
    ///
    /// # Errors
    /// When the account's sequence was not announced, or the database refuses.
    fn last_event_before(&mut self, account: AccountId, at: Timestamp) -> Result<i64, StoreError>;

    /// When the event at this place of an account's sequence happened; none where it is not kept.
    ///
    /// # Errors
    /// When the database refuses.
    fn find_event_moment(
        &mut self,
        account: AccountId,
        place: i64,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// The first `limit` events of a range of the account's sequence, with how far they are on
    /// their way to the endpoint; whether it asks for them or not.
    ///
    /// # Errors
    /// When the database refuses.
    fn progress_of(
        &mut self,
        endpoint: &Endpoint,
        range: Recovery,
        limit: i64,
    ) -> Result<Vec<EventProgress>, StoreError>;
}
