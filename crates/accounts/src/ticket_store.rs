use cardium_kernel::{AccountId, StoreError, TicketId};

use crate::Ticket;

/// What ticket commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait TicketStore {
    /// How many tickets of an account are open.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn count_open_tickets(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// An account's ticket.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_ticket(
        &mut self,
        account: AccountId,
        id: TicketId,
    ) -> Result<Option<Ticket>, StoreError>;

    /// Writes a new ticket.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError>;

    /// Writes how far a ticket is.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError>;
}
