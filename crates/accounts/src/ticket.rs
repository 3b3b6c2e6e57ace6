use std::time::Duration;

use cardium_kernel::{
    AccountId, CardId, Change, Metadata, RequestId, StoreError, TicketId, Timestamp,
};

use crate::TicketStore;

/// Within which time a ticket is answered, as the published terms promise.
const REPLY_WITHIN: Duration = Duration::from_secs(24 * 3_600);

/// How far a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketStatus {
    /// It waits for an answer.
    Open,
    /// It was answered; its owner may still have something to say.
    Answered,
    /// It is settled.
    Closed,
}

impl TicketStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Answered, Self::Closed];

    /// The status' word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketDraft {
    /// The ticket's id.
    pub id: TicketId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is about, in a line.
    pub subject: String,
    /// What it is about.
    pub body: String,
    /// The request that it is about.
    pub request: Option<RequestId>,
    /// The id of the object that it is about, as its owner wrote it: whether there is such an
    /// object is for who answers to see.
    pub related_object: Option<String>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

/// The stored facts of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// What it says; this never changes.
    pub draft: TicketDraft,
    /// How far it is.
    pub status: TicketStatus,
    /// Until when an answer is promised.
    pub reply_by: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A cardholder's question to the programme. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket(TicketRecord);

impl std::ops::Deref for Ticket {
    type Target = TicketRecord;

    fn deref(&self) -> &TicketRecord {
        &self.0
    }
}

impl Ticket {
    fn open(draft: TicketDraft, now: Timestamp) -> Self {
        let (status, reply_by) = (TicketStatus::Open, now.after(REPLY_WITHIN));
        Self(TicketRecord { draft, status, reply_by, created_at: now, updated_at: now })
    }

    /// A ticket read back from storage.
    #[must_use]
    pub const fn restore(record: TicketRecord) -> Self {
        Self(record)
    }

    /// The card that it is about, where its owner named one.
    #[must_use]
    pub fn card(&self) -> Option<CardId> {
        self.draft.related_object.as_deref().and_then(|object| CardId::parse(object).ok())
    }

    /// Settles it, answered or not.
    pub fn close(&mut self, now: Timestamp) -> Change {
        if self.0.status == TicketStatus::Closed {
            return Change::AlreadyApplied;
        }
        self.0.status = TicketStatus::Closed;
        self.0.updated_at = now;
        Change::Applied
    }
}

/// Whether an account may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds an active card.
    Cardholder,
    /// It does not.
    Other,
}

/// Why there is no ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Support is for holders of an active card.
    #[error("support is for holders of an active card")]
    NoCardholder,
    /// The account has this many open tickets already.
    #[error("the account has {0} open tickets already")]
    TooMany(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a ticket, at most `most` an account at once.
///
/// # Errors
/// [`TicketError`].
pub fn open_ticket(
    store: &mut (impl TicketStore + ?Sized),
    draft: TicketDraft,
    (standing, most): (Standing, i64),
    now: Timestamp,
) -> Result<Ticket, TicketError> {
    if standing == Standing::Other {
        return Err(TicketError::NoCardholder);
    }
    if store.count_open_tickets(draft.account)? >= most {
        return Err(TicketError::TooMany(most));
    }
    let ticket = Ticket::open(draft, now);
    store.insert_ticket(&ticket)?;
    Ok(ticket)
}

/// Settles an account's ticket; none where the account has no such ticket.
///
/// # Errors
/// When the store fails.
pub fn close_ticket(
    store: &mut (impl TicketStore + ?Sized),
    (account, id): (AccountId, TicketId),
    now: Timestamp,
) -> Result<Option<(Ticket, Change)>, StoreError> {
    let Some(mut ticket) = store.find_ticket(account, id)? else { return Ok(None) };
    let change = ticket.close(now);
    if change == Change::Applied {
        store.save_ticket(&ticket)?;
    }
    Ok(Some((ticket, change)))
}

#[cfg(test)]
mod tests;
