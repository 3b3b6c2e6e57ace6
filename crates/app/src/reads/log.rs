use cardium_auth::CredentialKind;
use cardium_kernel::{AccountId, AuditId, Book, CredentialId, EventId, Page, Timestamp};

use super::{ByCreation, ListQuery, ReadResult, StoredEvent, Stretch, StretchQuery};
use crate::EventType;

/// Who did something, as lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorFacts {
    /// A session or an API key; none of the two where it is no longer known.
    Credential(CredentialId, Option<CredentialKind>),
    /// Nobody signed in.
    Public,
    /// The card network.
    Network,
    /// The programme itself.
    System,
    /// Not recorded: events older than the column.
    Unknown,
}

/// Which rows of the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this actor, as [`crate::Actor::name`] has it.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// From this address.
    pub ip: Option<String>,
    /// About this object, in the text form of its id.
    pub object: Option<String>,
}

/// A row of the audit log with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The row's id.
    pub id: AuditId,
    /// Its place in the account's log.
    pub seq: i64,
    /// What was done.
    pub action: String,
    /// The text form of the object's id.
    pub object: String,
    /// Who did it.
    pub actor: ActorFacts,
    /// The peer's address, or empty.
    pub ip: String,
    /// The peer's user agent, or empty.
    pub user_agent: String,
    /// The request's id, or empty.
    pub request_id: String,
    /// When.
    pub created_at: Timestamp,
    /// The row's hash.
    pub hash: [u8; 32],
    /// The hash of the row before; none for the first.
    pub previous: Option<[u8; 32]>,
}

/// Which of an account's events.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Of this type.
    pub kind: Option<EventType>,
    /// Of this actor, as [`crate::Actor::name`] has it.
    pub actor: Option<String>,
    /// About the object with this id.
    pub object: Option<u128>,
    /// Of this book.
    pub book: Option<Book>,
    /// Who reads them.
    pub reader: crate::event::Reader,
}

/// Something that happened on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The event.
    pub event: StoredEvent,
    /// Who did it.
    pub actor: ActorFacts,
}

/// Queries about what happened, and who did it.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait LogReads {
    /// An account's audit log.
    fn list_audit(
        &self,
        query: &ListQuery<AuditFilter, ByCreation>,
    ) -> ReadResult<Page<AuditEntry>>;
    /// What happened on an account.
    fn list_activity(
        &self,
        query: &ListQuery<ActivityFilter, ByCreation>,
    ) -> ReadResult<Page<Activity>>;
    /// A stretch of an account's events, oldest first.
    fn read_events(&self, query: &StretchQuery) -> ReadResult<Stretch>;
    /// An account's event.
    fn find_event(&self, account: AccountId, id: EventId) -> ReadResult<Option<StoredEvent>>;
    /// The number of the last event of each of a few thousand accounts, in no order.
    fn last_event_seqs(&self, accounts: &[AccountId]) -> ReadResult<Vec<(AccountId, i64)>>;
}
