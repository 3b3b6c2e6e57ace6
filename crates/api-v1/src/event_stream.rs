//! The stream of an account's events: read by their dense numbers, so that whoever reads it knows
//! that nothing is missing.

use std::time::Duration;

use cardium_app::{
    EventType,
    event::Reader,
    reads::{Stretch, StretchQuery},
};
use cardium_kernel::{AccountId, Book, ErrorCode, PageLimit, Problem};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{event::EventOut, field::invalid, query::Query};

/// The longest that a request waits for an event, in seconds: less than the minute after which
/// proxies commonly give up on an answer.
pub const WAIT_MAX: i64 = 30;

/// What a reader of the stream asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamWish {
    /// After this number; none for all that are kept.
    pub after: Option<i64>,
    /// At most as many events.
    pub limit: PageLimit,
    /// Of these types; none for all.
    pub kinds: Vec<EventType>,
    /// Of this book.
    pub mode: Option<Book>,
    /// How long to wait for an event where there is none.
    pub wait: Duration,
    /// Who reads it.
    pub reader: Reader,
}

impl StreamWish {
    /// What the query string asks for.
    ///
    /// # Errors
    /// `invalid_field` or `unknown_event`.
    pub fn read(query: &Query) -> Result<Self, Problem> {
        let wait = query.number("wait_seconds", (0, WAIT_MAX))?;
        Ok(Self {
            after: query.number("after_seq", (0, i64::MAX))?,
            limit: query.limit()?,
            kinds: query.read("type", kinds)?.unwrap_or_default(),
            mode: query.mode()?,
            wait: Duration::from_secs(wait.unwrap_or(0).unsigned_abs()),
            reader: Reader::Owner,
        })
    }

    /// The query for it, after this number.
    #[must_use]
    pub fn stretch(&self, account: AccountId, after: Option<i64>) -> StretchQuery {
        let (kinds, book) = (self.kinds.clone(), self.mode);
        StretchQuery { account, after, limit: self.limit, kinds, book, reader: self.reader }
    }
}

fn kinds(text: &str, param: &str) -> Result<Vec<EventType>, Problem> {
    let unknown = || {
        let message = "An event of this name does not exist; see the event catalogue.";
        Problem::field(ErrorCode::UnknownEvent, param, message)
    };
    let mut kinds: Vec<EventType> = Vec::new();
    for name in text.split(',') {
        let kind = EventType::parse(name.trim()).ok_or_else(unknown)?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// Passes a stretch that begins where its reader asked.
///
/// # Errors
/// `event_expired` where events in between are kept no more, `invalid_field` for a number that the
/// account has not reached: either way its reader must not go on as if nothing had happened.
pub fn check_start(after: Option<i64>, stretch: &Stretch) -> Result<(), Problem> {
    let Some(after) = after else { return Ok(()) };
    let (oldest, last) = (stretch.oldest, stretch.last);
    if after > last {
        let rule = format!("is beyond the account's last event, which has number {last}");
        return Err(invalid("after_seq", &rule));
    }
    if after.saturating_add(1) < oldest {
        let message = format!(
            "Events up to {} are kept no more: the first that is kept has number {oldest}. \
             Read on from after_seq={}.",
            oldest.saturating_sub(1),
            oldest.saturating_sub(1)
        );
        return Err(Problem::field(ErrorCode::EventExpired, "after_seq", message));
    }
    Ok(())
}

/// A stretch of the stream as it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventStream")]
pub struct StreamOut<'a> {
    #[schemars(extend("const" = "list"))]
    object: &'static str,
    /// In the order of `account_seq`.
    data: Vec<EventOut<'a>>,
    /// Whether there are events beyond `next_after_seq`, of whatever type or book.
    has_more: bool,
    /// Up to which number was read: what `after_seq` goes on with.
    next_after_seq: i64,
    /// The number of the account's last event; 0 before the first.
    last_seq: i64,
}

impl<'a> From<&'a Stretch> for StreamOut<'a> {
    fn from(stretch: &'a Stretch) -> Self {
        Self {
            object: "list",
            data: stretch.events.iter().map(EventOut::from).collect(),
            has_more: stretch.has_more(),
            next_after_seq: stretch.read_to,
            last_seq: stretch.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<StreamWish, Problem> {
        StreamWish::read(&Query::parse(text)?)
    }

    #[test]
    fn a_bare_request_reads_all_that_is_kept_and_does_not_wait() {
        let (limit, wait) = (PageLimit::DEFAULT, Duration::ZERO);
        let reader = Reader::Owner;
        let bare = StreamWish { after: None, limit, kinds: Vec::new(), mode: None, wait, reader };
        assert_eq!(read(""), Ok(bare));
        let all = read("after_seq=7&limit=2&type=card.issued,%20card.loaded,card.issued&mode=live");
        let kinds = vec![EventType::CardIssued, EventType::CardLoaded];
        let limit = PageLimit::new(2).unwrap();
        let mode = Some(Book::Live);
        assert_eq!(all, Ok(StreamWish { after: Some(7), limit, kinds, mode, wait, reader }));
        assert_eq!(read("wait_seconds=30").unwrap().wait, Duration::from_secs(30));
    }

    #[test]
    fn bad_values_name_their_parameter() {
        for (text, code, param) in [
            ("after_seq=-1", ErrorCode::InvalidField, "after_seq"),
            ("after_seq=", ErrorCode::InvalidField, "after_seq"),
            ("after_seq=%2B1", ErrorCode::InvalidField, "after_seq"),
            ("after_seq=9223372036854775808", ErrorCode::InvalidField, "after_seq"),
            ("wait_seconds=31", ErrorCode::InvalidField, "wait_seconds"),
            ("wait_seconds=1.5", ErrorCode::InvalidField, "wait_seconds"),
            ("limit=101", ErrorCode::InvalidField, "limit"),
            ("mode=test", ErrorCode::InvalidField, "mode"),
            ("type=card.eaten", ErrorCode::UnknownEvent, "type"),
            ("type=", ErrorCode::UnknownEvent, "type"),
            ("type=card.issued,", ErrorCode::UnknownEvent, "type"),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{text}");
        }
    }

    #[test]
    fn a_stretch_begins_where_its_reader_was() {
        let kept = Stretch { events: Vec::new(), oldest: 5, read_to: 9, last: 9 };
        let code = |after| check_start(after, &kept).err().map(|problem| problem.code);
        assert_eq!([None, Some(4), Some(9)].map(code), [None; 3]);
        assert_eq!([Some(0), Some(3)].map(code), [Some(ErrorCode::EventExpired); 2]);
        assert_eq!(code(Some(10)), Some(ErrorCode::InvalidField));
        let message = check_start(Some(3), &kept).unwrap_err().message;
        assert!(message.contains("number 5") && message.contains("after_seq=4"), "{message}");
        let nothing_kept = Stretch { events: Vec::new(), oldest: 10, read_to: 9, last: 9 };
        assert_eq!(check_start(Some(9), &nothing_kept), Ok(()));
        assert!(check_start(Some(8), &nothing_kept).is_err());
    }
}
