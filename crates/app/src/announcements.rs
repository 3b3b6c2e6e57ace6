//! What the operator tells every account: maintenance, and the end of something they may use.
//!
//! Invariants: an account that was there when something was announced gets one event of it, however
//! many processes spread it and wherever they are stopped; a command reaches at most [`ROUND`]
//! accounts. Deliberately absent: accounts that came later, and taking an announcement back.

mod announcement;
mod spread;

use cardium_kernel::{AccountId, AnnouncementId, StoreError};

pub use announcement::{Announcement, AnnouncementError, AnnouncementKind, AnnouncementRecord};
pub use spread::{ROUND, SpreadAnnouncement};

/// An announcement for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub account: AccountId,
    /// What.
    pub announcement: Announcement,
}

/// An announcement with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spreading {
    /// What is told.
    pub announcement: Announcement,
    /// The newest account that there was when it was announced; none where there was no account.
    pub newest: Option<AccountId>,
    /// The last account that was told; they are told in the order of their ids.
    pub reached: Option<AccountId>,
    /// Whether all of them were told.
    pub finished: bool,
}

impl Spreading {
    /// An announcement that nobody was told of yet.
    #[must_use]
    pub const fn begin(announcement: Announcement, newest: Option<AccountId>) -> Self {
        Self { announcement, newest, reached: None, finished: newest.is_none() }
    }
}

/// The next accounts of an announcement, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which announcement.
    pub id: AnnouncementId,
    /// The last account that had been told.
    pub reached: Option<AccountId>,
    /// At most [`ROUND`] accounts after that, by id; fewer where they are the last.
    pub accounts: Vec<AccountId>,
}

/// What spreading needs of the open transaction.
pub trait AnnouncementStore {
    /// The announcement, locked until COMMIT, unless it is finished or another process has it.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn take_announcement(&mut self, id: AnnouncementId) -> Result<Option<Spreading>, StoreError>;

    /// Notes how far an announcement has come.
    ///
    /// # Errors
    /// When the row cannot be written.
    fn save_announcement(&mut self, spreading: &Spreading) -> Result<(), StoreError>;
}
