use cardium_kernel::{AnnouncementId, Timestamp};

use crate::EventType;

/// The most characters of a message.
const MESSAGE_LENGTH: usize = 500;
/// The most characters of an address: what browsers and proxies take.
const URL_LENGTH: usize = 2_048;

/// What is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncementKind {
    /// The service will be away, or less than it is.
    Maintenance,
    /// Something will be gone.
    Deprecation,
}

impl AnnouncementKind {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Maintenance, Self::Deprecation];

    /// The kind's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Deprecation => "deprecation",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The event that tells of it.
    #[must_use]
    pub const fn event(self) -> EventType {
        match self {
            Self::Maintenance => EventType::SystemMaintenance,
            Self::Deprecation => EventType::SystemDeprecation,
        }
    }
}

/// Why something cannot be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementError {
    /// The message is empty, too long or unreadable.
    #[error("the message must have 1 to 500 characters and no control characters")]
    Message,
    /// The end lies before the beginning, or has none.
    #[error("the end must lie after a beginning that is given too")]
    Window,
    /// A time that belongs to the other kind.
    #[error("maintenance has a beginning and an end, a deprecation has a sunset")]
    OtherKind,
    /// Customers are sent to a page that cannot be trusted.
    #[error("the address must be a complete https:// URL of at most 2048 characters")]
    Url,
}

/// The facts of an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncementRecord {
    /// Its id.
    pub id: AnnouncementId,
    /// What is announced.
    pub kind: AnnouncementKind,
    /// What customers read.
    pub message: String,
    /// When maintenance begins.
    pub starts_at: Option<Timestamp>,
    /// When maintenance ends.
    pub ends_at: Option<Timestamp>,
    /// When what is deprecated is gone.
    pub sunset_at: Option<Timestamp>,
    /// Where more is said of it.
    pub url: Option<String>,
    /// When it was announced.
    pub created_at: Timestamp,
}

/// An announcement. Its record can be read; nothing changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement(AnnouncementRecord);

impl std::ops::Deref for Announcement {
    type Target = AnnouncementRecord;

    fn deref(&self) -> &AnnouncementRecord {
        &self.0
    }
}

impl Announcement {
    /// An announcement read back from storage.
    #[must_use]
    pub const fn restore(record: AnnouncementRecord) -> Self {
        Self(record)
    }

    /// An announcement that customers can read.
    ///
    /// # Errors
    /// [`AnnouncementError`].
    pub fn try_new(record: AnnouncementRecord) -> Result<Self, AnnouncementError> {
        let length = record.message.chars().count();
        let readable = !record.message.trim().is_empty() && is_plain(&record.message);
        if !readable || length > MESSAGE_LENGTH {
            return Err(AnnouncementError::Message);
        }
        let window = (record.starts_at, record.ends_at);
        let belongs = match record.kind {
            AnnouncementKind::Maintenance => record.sunset_at.is_none(),
            AnnouncementKind::Deprecation => window == (None, None),
        };
        if !belongs {
            return Err(AnnouncementError::OtherKind);
        }
        if record.ends_at.is_some_and(|end| record.starts_at.is_none_or(|start| end <= start)) {
            return Err(AnnouncementError::Window);
        }
        if record.url.as_deref().is_some_and(|url| !is_https(url)) {
            return Err(AnnouncementError::Url);
        }
        Ok(Self(record))
    }
}

/// Line breaks are the only control characters.
fn is_plain(text: &str) -> bool {
    text.chars().all(|character| character == '\n' || !character.is_control())
}

/// Whether somebody who follows the link ends up where it says: no credentials, no blanks.
fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let readable = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    readable && !host.is_empty() && !host.contains('@') && url.len() <= URL_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_seconds(1_000);
    const END: Timestamp = Timestamp::from_unix_seconds(2_000);

    fn record(kind: AnnouncementKind) -> AnnouncementRecord {
        AnnouncementRecord {
            id: AnnouncementId::new(7),
            kind,
            message: "We move house.".to_owned(),
            starts_at: None,
            ends_at: None,
            sunset_at: None,
            url: None,
            created_at: START,
        }
    }

    fn maintenance() -> AnnouncementRecord {
        record(AnnouncementKind::Maintenance)
    }

    fn refusal(record: AnnouncementRecord) -> Option<AnnouncementError> {
        Announcement::try_new(record).err()
    }

    #[test]
    fn a_message_can_be_read() {
        for (message, fits) in [
            ("x".to_owned(), true),
            ("one\ntwo".to_owned(), true),
            ("ü".repeat(500), true),
            ("ü".repeat(501), false),
            (String::new(), false),
            ("  ".to_owned(), false),
            ("\u{1b}[31m".to_owned(), false),
        ] {
            let expected = (!fits).then_some(AnnouncementError::Message);
            let shown = message.clone();
            assert_eq!(
                refusal(AnnouncementRecord { message, ..maintenance() }),
                expected,
                "{shown}"
            );
        }
    }

    #[test]
    fn times_fit_their_kind_and_each_other() {
        let (window, other) = (Some(AnnouncementError::Window), Some(AnnouncementError::OtherKind));
        for (starts_at, ends_at, expected) in [
            (None, None, None),
            (Some(START), None, None),
            (Some(START), Some(END), None),
            (Some(START), Some(START), window),
            (Some(END), Some(START), window),
            (None, Some(END), window),
        ] {
            let record = AnnouncementRecord { starts_at, ends_at, ..maintenance() };
            assert_eq!(refusal(record), expected, "{starts_at:?} {ends_at:?}");
        }
        let sunset_at = Some(END);
        assert_eq!(refusal(AnnouncementRecord { sunset_at, ..maintenance() }), other);
        let deprecation = record(AnnouncementKind::Deprecation);
        assert_eq!(refusal(AnnouncementRecord { sunset_at, ..deprecation.clone() }), None);
        assert_eq!(refusal(AnnouncementRecord { starts_at: sunset_at, ..deprecation }), other);
    }

    #[test]
    fn links_are_complete_and_encrypted() {
        for (url, fits) in [
            ("https://status.example.com/2026?a=b#c", true),
            ("http://status.example.com", false),
            ("https://", false),
            ("https:///path", false),
            ("https://good.example@evil.example", false),
            ("https://a b.example", false),
            ("https://a.example\\@b.example", false),
            ("javascript:alert(1)", false),
        ] {
            let record = AnnouncementRecord { url: Some(url.to_owned()), ..maintenance() };
            assert_eq!(refusal(record), (!fits).then_some(AnnouncementError::Url), "{url}");
        }
    }
}
