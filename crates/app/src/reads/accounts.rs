use cardium_accounts::{Account, Email, Ticket, TicketStatus};
use cardium_kernel::{AccountId, Page, TicketId};

use super::{ListQuery, ReadResult};
use crate::announcements::Due;

/// Which tickets.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// In this state.
    pub status: Option<TicketStatus>,
}

/// How tickets are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketSort {
    /// By moment.
    CreatedAt,
    /// By state.
    Status,
}

/// Queries about accounts and their tickets.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait AccountReads {
    /// The account with this id.
    fn find_account(&self, id: AccountId) -> ReadResult<Option<Account>>;
    /// The account with this e-mail address.
    fn find_account_by_email(&self, email: &Email) -> ReadResult<Option<Account>>;
    /// Accounts that are stopped while cards or grants of them are not, at most `limit`.
    fn half_stopped(&self, limit: i64) -> ReadResult<Vec<AccountId>>;
    /// An account's ticket.
    fn find_ticket(&self, account: AccountId, id: TicketId) -> ReadResult<Option<Ticket>>;
    /// An account's tickets.
    fn list_tickets(&self, query: &ListQuery<TicketFilter, TicketSort>)
    -> ReadResult<Page<Ticket>>;
    /// The next accounts that are to be told of an announcement; none where all were.
    fn due_announcement(&self) -> ReadResult<Option<Due>>;
}
