//! What was sent to an endpoint, attempt by attempt.

use cardium_app::{
    EventType,
    reads::{ByCreation, DeliveryFilter, LoggedDelivery},
};
use cardium_kernel::{DeliveryId, EndpointId, EventId, Problem, Timestamp};
use cardium_webhooks::{Attempt, AttemptFailure, Cause, DeliveryState};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    query::{Order, Query},
    text::Text,
    word::{DeliveryCause, DeliveryStatus, Word},
};

/// The order of delivery lists.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| DeliveryId::parse(text).map(DeliveryId::value),
};

/// The filters of an endpoint's delivery list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query, endpoint: EndpointId) -> Result<DeliveryFilter, Problem> {
    let states = "pending, queued, delivered, failed";
    Ok(DeliveryFilter {
        endpoint,
        state: query.word("status", DeliveryState::parse, states)?,
        kind: query.word("event_type", EventType::parse, "the documented events")?,
        event: query.id("event_id", EventId::parse)?,
        book: query.mode()?,
    })
}

/// An event on its way to an endpoint.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryOut {
    id: Text<DeliveryId>,
    #[schemars(extend("const" = "webhook_delivery"))]
    object: &'static str,
    webhook_id: Text<EndpointId>,
    event_id: Text<EventId>,
    event_type: String,
    account_seq: i64,
    #[schemars(with = "Word<DeliveryStatus>")]
    status: &'static str,
    #[schemars(with = "Word<DeliveryCause>")]
    cause: &'static str,
    /// The first one first.
    attempts: Vec<AttemptOut>,
    /// Null once it is delivered or has failed, and while it waits for its turn.
    next_attempt_at: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
}

/// An attempt at a delivery.
#[derive(Debug, Serialize, JsonSchema)]
struct AttemptOut {
    number: usize,
    at: Text<Timestamp>,
    duration_ms: i64,
    /// The answer's HTTP status; null where there was none.
    status: Option<u16>,
    /// Why there was no answer.
    #[schemars(with = "Option<Word<AttemptFailure>>")]
    failure: Option<&'static str>,
    /// The beginning of the answer's body.
    response_excerpt: String,
}

impl From<&LoggedDelivery> for DeliveryOut {
    fn from(LoggedDelivery { delivery, kind }: &LoggedDelivery) -> Self {
        let waits = delivery.state == DeliveryState::Pending;
        let attempts =
            (1..).zip(&delivery.log).map(|(number, attempt)| AttemptOut::new(number, attempt));
        Self {
            id: Text(delivery.id),
            object: "webhook_delivery",
            webhook_id: Text(delivery.endpoint),
            event_id: Text(delivery.event),
            event_type: kind.clone(),
            account_seq: delivery.account_seq,
            status: delivery.state.as_str(),
            cause: match delivery.cause {
                Cause::Event => "event",
                Cause::Replay => "replay",
            },
            attempts: attempts.collect(),
            next_attempt_at: waits.then_some(Text(delivery.next_attempt_at)),
            created_at: Text(delivery.created_at),
        }
    }
}

impl AttemptOut {
    fn new(number: usize, attempt: &Attempt) -> Self {
        Self {
            number,
            at: Text(attempt.at),
            duration_ms: attempt.took_ms,
            status: attempt.outcome.ok(),
            failure: attempt.outcome.err().map(AttemptFailure::as_str),
            response_excerpt: attempt.excerpt.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::AccountId;
    use cardium_webhooks::{Delivery, EventRef};
    use serde_json::json;

    use super::*;

    #[test]
    fn attempts_are_numbered_and_say_how_they_went() {
        let at = Timestamp::from_unix_seconds(0);
        let event = EventRef {
            id: EventId::new(1),
            account: AccountId::new(2),
            object: 3,
            account_seq: 4,
            created_at: at,
        };
        let new = Delivery::new(DeliveryId::new(5), event, EndpointId::new(6), Cause::Replay, at);
        let attempt = |outcome, excerpt: &str| Attempt {
            at,
            took_ms: 12,
            outcome,
            excerpt: excerpt.to_owned(),
        };
        let log = vec![attempt(Err(AttemptFailure::Timeout), ""), attempt(Ok(500), "Oh")];
        let delivery = Delivery { log, state: DeliveryState::Failed, ..new };
        let logged = LoggedDelivery { delivery, kind: "card.issued".to_owned() };
        let shown = serde_json::to_value(DeliveryOut::from(&logged)).unwrap();
        assert_eq!((&shown["status"], &shown["cause"]), (&json!("failed"), &json!("replay")));
        assert!(shown["next_attempt_at"].is_null());
        let at = "1970-01-01T00:00:00Z";
        let expected = json!([
            {"number": 1, "at": at, "duration_ms": 12, "status": null, "failure": "timeout",
                "response_excerpt": ""},
            {"number": 2, "at": at, "duration_ms": 12, "status": 500, "failure": null,
                "response_excerpt": "Oh"},
        ]);
        assert_eq!(shown["attempts"], expected);
    }
}
