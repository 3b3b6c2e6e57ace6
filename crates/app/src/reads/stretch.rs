use cardium_kernel::{AccountId, Book, PageLimit};

use super::StoredEvent;
use crate::{EventType, event::Reader};

/// Which stretch of an account's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StretchQuery {
    /// Whose events.
    pub account: AccountId,
    /// After this number; none for all that are kept.
    pub after: Option<i64>,
    /// At most as many.
    pub limit: PageLimit,
    /// Of these types; none for all.
    pub kinds: Vec<EventType>,
    /// Of this book.
    pub book: Option<Book>,
    /// Who reads them.
    pub reader: Reader,
}

/// How many events one query looks at for those that its filters let through.
pub const STRETCH: i64 = 1_000;

/// A stretch of an account's events, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Those that the filters let through.
    pub events: Vec<StoredEvent>,
    /// The number of the oldest event that is kept; where none is, that of the next one.
    pub oldest: i64,
    /// Up to which number was read.
    pub read_to: i64,
    /// The number of the account's last event; zero before the first.
    pub last: i64,
}

impl Stretch {
    /// Whether there are events beyond it, of whatever kind.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.read_to < self.last
    }
}
