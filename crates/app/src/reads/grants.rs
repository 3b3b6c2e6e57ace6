//! What is asked about grants and approvals.

use cardium_auth::{
    Credential,
    grants::{Approval, ApprovalStatus, Grant},
};
use cardium_kernel::{AccountId, ApprovalId, Book, GrantId, Page, Timestamp};

use super::{ByCreation, ListQuery, ReadResult};

/// A grant as lists and the guard see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// The grant.
    pub grant: Grant,
    /// The credential that acts for it, with the scopes.
    pub credential: Credential,
    /// When it was last used, if ever.
    pub last_used: Option<Timestamp>,
}

/// Which grants.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Only this one.
    pub only: Option<GrantId>,
    /// Only open ones, or only revoked ones.
    pub open: Option<bool>,
    /// Only those of this client.
    pub client_id: Option<String>,
}

/// Which approvals.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApprovalFilter {
    /// Only what this grant asked, for a client that sees nothing else.
    pub only: Option<GrantId>,
    /// Only what this grant asked.
    pub grant: Option<GrantId>,
    /// Only in this state; of those that are open (pending, approved) only ones whose time is not
    /// over at this moment.
    pub status: Option<(ApprovalStatus, Timestamp)>,
    /// Only open ones whose time is over at this moment.
    pub over: Option<Timestamp>,
    /// Only of this book.
    pub book: Option<Book>,
}

/// Queries about grants and approvals.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait GrantReads {
    /// The grant with this id, whoever's.
    fn find_grant(&self, id: GrantId) -> ReadResult<Option<GrantView>>;
    /// Grants of an account.
    fn list_grants(
        &self,
        query: &ListQuery<GrantFilter, ByCreation>,
    ) -> ReadResult<Page<GrantView>>;
    /// Grants that lapsed and of which something goes on, with their accounts.
    fn lapsed_grants(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(GrantId, AccountId)>>;
    /// An account's approval.
    fn find_approval(&self, account: AccountId, id: ApprovalId) -> ReadResult<Option<Approval>>;
    /// Approvals of an account.
    fn list_approvals(
        &self,
        query: &ListQuery<ApprovalFilter, ByCreation>,
    ) -> ReadResult<Page<Approval>>;
}
