use cardium_kernel::{AuthorizationId, DisputeId, StoreError};

use crate::{Dispute, Docket};

/// What dispute commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait DisputeStore {
    /// The dispute with this id, its evidence included.
    ///
    /// # Errors
    /// When a row cannot be read.
    fn find_dispute(&mut self, id: DisputeId) -> Result<Option<Dispute>, StoreError>;

    /// Writes a dispute, new or changed, with the evidence that it gained.
    ///
    /// # Errors
    /// When a row was not read before.
    fn save_dispute(&mut self, dispute: Dispute) -> Result<(), StoreError>;

    /// Which disputes of an authorization are open; none where it was never disputed. The
    /// authorization must be among the command's rows: its lock guards the docket.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_docket(&mut self, id: AuthorizationId) -> Result<Option<Docket>, StoreError>;

    /// Writes a docket, new or changed.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_docket(&mut self, docket: Docket) -> Result<(), StoreError>;
}
