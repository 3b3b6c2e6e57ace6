//! What an endpoint is missing, and what closes such gaps: pings show whether it works, and a
//! recovery sends everything again.

use cardium_app::{reads::ProgressStretch, webhooks::Pinged};
use cardium_kernel::{Book, EndpointId, EventId, Problem, Timestamp};
use cardium_webhooks::{Endpoint, Gap, Progress, RecoverFrom, Recovery, find_gaps};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    field::{invalid, moment, whole},
    query::Query,
    text::Text,
    word::{GapReason, Word},
};

/// The most events that one request looks through.
pub const GAP_EVENTS: i64 = 1_000;

/// Which stretch of the account's events is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapsWish {
    /// Only after this place.
    pub after: i64,
    /// How many events at most.
    pub limit: i64,
}

impl GapsWish {
    /// Reads a query string.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn read(query: &Query) -> Result<Self, Problem> {
        Ok(Self {
            after: query.number("after_seq", (0, i64::MAX))?.unwrap_or(0),
            limit: query.number("limit", (1, GAP_EVENTS))?.unwrap_or(GAP_EVENTS),
        })
    }
}

/// The events that an endpoint asks for and was not delivered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GapsOut {
    #[schemars(extend("const" = "webhook_gaps"))]
    object: &'static str,
    webhook_id: Text<EndpointId>,
    data: Vec<GapOut>,
    /// The last place that was looked at: what the next request asks from.
    next_after_seq: i64,
    has_more: bool,
    /// The place of the account's last event; 0 for none.
    last_seq: i64,
}

/// Missing events that follow each other among those that the endpoint asks for.
#[derive(Debug, Serialize, JsonSchema)]
struct GapOut {
    from_seq: i64,
    to_seq: i64,
    count: i64,
    #[schemars(with = "Word<GapReason>")]
    reason: &'static str,
}

impl GapsOut {
    /// The gaps of a stretch; where a book is named, only its events count.
    #[must_use]
    pub fn new(
        endpoint: &Endpoint,
        only: Option<Book>,
        wish: GapsWish,
        stretch: &ProgressStretch,
    ) -> Self {
        let full = i64::try_from(stretch.events.len()).is_ok_and(|found| found >= wish.limit);
        // Fewer than asked for are all there are.
        let end = stretch.events.last().filter(|_| full).map(|event| event.event.account_seq);
        let next = end.unwrap_or_else(|| stretch.last.max(wish.after));
        Self {
            object: "webhook_gaps",
            webhook_id: Text(endpoint.id),
            data: find_gaps(endpoint, only, &stretch.events).iter().map(GapOut::from).collect(),
            next_after_seq: next,
            has_more: next < stretch.last,
            last_seq: stretch.last,
        }
    }
}

impl From<&Gap> for GapOut {
    fn from(gap: &Gap) -> Self {
        let reason = match gap.progress {
            Progress::NotSent => "not_sent",
            Progress::Failed => "failed",
            Progress::Underway | Progress::Delivered => "pending",
        };
        Self { from_seq: gap.from, to_seq: gap.to, count: gap.count, reason }
    }
}

/// From when on an endpoint is to get again what it missed: one of the two.
#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(extend("oneOf" = [
    {
        "required": ["after_seq"],
        "properties": {"after_seq": {"not": {"type": "null"}}, "since": {"type": "null"}},
    },
    {
        "required": ["since"],
        "properties": {"since": {"not": {"type": "null"}}, "after_seq": {"type": "null"}},
    },
]))]
pub struct RecoverIn {
    /// Whatever comes after this place of the account's sequence.
    #[schemars(with = "Option<Whole>")]
    after_seq: Option<Value>,
    /// Whatever happened at this moment or later.
    #[schemars(with = "Option<Text<Timestamp>>")]
    since: Option<String>,
}

/// A whole number that is not negative.
struct Whole;

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Whole".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": 0, "maximum": i64::MAX})
    }
}

impl RecoverIn {
    /// From when on.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<RecoverFrom, Problem> {
        match (self.after_seq, self.since) {
            (Some(_), Some(_)) => Err(invalid("since", "must not stand beside 'after_seq'")),
            (None, None) => Err(Problem::missing("after_seq")),
            (None, Some(text)) => moment(&text, "since").map(RecoverFrom::Moment),
            (Some(place), None) => {
                let place = whole(&place).filter(|place| *place >= 0);
                let place =
                    place.ok_or_else(|| invalid("after_seq", "must be a whole number from 0"));
                place.map(RecoverFrom::Place)
            }
        }
    }
}

/// A recovery that is under way.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecoveryOut {
    #[schemars(extend("const" = "webhook_recovery"))]
    object: &'static str,
    webhook_id: Text<EndpointId>,
    /// Only after this place of the account's sequence.
    after_seq: i64,
    /// Up to this one, the account's last event.
    until_seq: i64,
    #[schemars(extend("const" = "queued"))]
    status: &'static str,
}

impl RecoveryOut {
    /// What was asked for.
    #[must_use]
    pub fn new(endpoint: EndpointId, recovery: &Recovery) -> Self {
        Self {
            object: "webhook_recovery",
            webhook_id: Text(endpoint),
            after_seq: recovery.after,
            until_seq: recovery.until,
            status: "queued",
        }
    }
}

/// A ping on its way.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PingOut {
    #[schemars(extend("const" = "webhook_ping"))]
    object: &'static str,
    event_id: Text<EventId>,
    webhook_id: Text<EndpointId>,
    #[schemars(extend("const" = "queued"))]
    status: &'static str,
}

impl From<&Pinged> for PingOut {
    fn from(pinged: &Pinged) -> Self {
        Self {
            object: "webhook_ping",
            event_id: Text(pinged.event),
            webhook_id: Text(pinged.endpoint),
            status: "queued",
        }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;

    fn recover(json: &str) -> Result<RecoverFrom, Problem> {
        crate::body::Body::parse(json.as_bytes())?.read::<RecoverIn>()?.parse()
    }

    #[test]
    fn a_recovery_begins_at_a_place_or_at_a_moment() {
        assert_eq!(recover(r#"{"after_seq":0}"#).unwrap(), RecoverFrom::Place(0));
        let at = Timestamp::from_unix_seconds(0);
        let moment = recover(r#"{"since":"1970-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!(moment, RecoverFrom::Moment(at));
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "after_seq"),
            (r#"{"after_seq":-1}"#, ErrorCode::InvalidField, "after_seq"),
            (r#"{"after_seq":1.5}"#, ErrorCode::InvalidField, "after_seq"),
            (r#"{"after_seq":"1"}"#, ErrorCode::InvalidField, "after_seq"),
            (r#"{"since":"yesterday"}"#, ErrorCode::InvalidField, "since"),
            (r#"{"since":"1970-01-01T00:00:00Z","after_seq":1}"#, ErrorCode::InvalidField, "since"),
        ] {
            let problem = recover(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }

    #[test]
    fn stretches_of_gaps_are_bounded() {
        let read = |text: &str| GapsWish::read(&Query::parse(text).unwrap());
        assert_eq!(read("").unwrap(), GapsWish { after: 0, limit: 1_000 });
        assert_eq!(read("after_seq=7&limit=2").unwrap(), GapsWish { after: 7, limit: 2 });
        for (text, param) in [
            ("after_seq=-1", "after_seq"),
            ("after_seq=x", "after_seq"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
        ] {
            assert_eq!(read(text).unwrap_err().param.as_deref(), Some(param), "{text}");
        }
    }
}
