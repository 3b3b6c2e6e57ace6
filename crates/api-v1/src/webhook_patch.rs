//! Changes of webhook endpoints, and what a replay answers.

use cardium_app::reads::WebhookFilter;
use cardium_kernel::{Book, DeliveryId, EndpointId, EventId, Problem};
use cardium_webhooks::{Delivery, EndpointPatch, EndpointStatus, Ordering, Payload};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use validator::Validate;

use crate::{
    field::{mode, word},
    metadata::MetadataPatch,
    query::Query,
    text::Text,
    webhook::{EventsIn, event_filter, ordering, payload},
    webhook_url::{Reach, check_webhook_url},
    word::Word,
};

const STATUSES: &str = "enabled, disabled";

/// A change of an endpoint; what is absent stays.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct WebhookPatchIn {
    /// Where events go.
    #[validate(length(max = 2048))]
    #[schemars(extend("format" = "uri"))]
    url: Option<String>,
    /// Which events.
    events: Option<EventsIn>,
    /// What you say of it.
    #[validate(length(max = 200))]
    description: Option<String>,
    /// A disabled endpoint gets nothing; deliveries on their way wait.
    #[schemars(extend("enum" = ["enabled", "disabled", null]))]
    status: Option<String>,
    /// Only events of this book; null for both.
    #[serde(default, deserialize_with = "nullable")]
    #[schemars(extend("enum" = ["live", "sandbox", null]))]
    mode: Option<Option<String>>,
    /// How much of an event is sent: `full`, or `thin` for the object's id and kind alone.
    #[schemars(with = "Option<Word<Payload>>")]
    payload: Option<String>,
    /// `per_object` sends the events of one object one after the other.
    #[schemars(with = "Option<Word<Ordering>>")]
    ordering: Option<String>,
    /// Notes of your own, merged in; a name with null goes.
    metadata: Option<MetadataPatch>,
}

/// A field that is there, null or not.
fn nullable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl WebhookPatchIn {
    /// The change with typed fields and a safe URL.
    ///
    /// # Errors
    /// `invalid_field`, `unsafe_webhook_url` or `unknown_event`.
    pub fn parse(self, reach: Reach) -> Result<EndpointPatch, Problem> {
        if let Some(url) = &self.url {
            check_webhook_url(url, reach)?;
        }
        let status = self.status.as_deref();
        let status = status.map(|text| word(text, "status", EndpointStatus::parse, STATUSES));
        Ok(EndpointPatch {
            url: self.url,
            events: self.events.map(event_filter).transpose()?,
            mode: self.mode.map(|text| mode(text.as_deref())).transpose()?,
            description: self.description,
            status: status.transpose()?,
            payload: self.payload.as_deref().map(payload).transpose()?,
            ordering: self.ordering.as_deref().map(ordering).transpose()?,
            metadata: self.metadata.unwrap_or_default().into_changes(),
        })
    }
}

/// The filters of an endpoint list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<WebhookFilter, Problem> {
    Ok(WebhookFilter {
        seen_by: None,
        status: query.word("status", EndpointStatus::parse, STATUSES)?,
        mode: query.word("mode", Book::parse, "live, sandbox")?,
    })
}

/// A delivery that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookDeliveryOut {
    #[schemars(extend("const" = "webhook_delivery"))]
    object: &'static str,
    delivery_id: Text<DeliveryId>,
    event_id: Text<EventId>,
    webhook_id: Text<EndpointId>,
    #[schemars(extend("const" = "queued"))]
    status: &'static str,
}

impl From<&Delivery> for WebhookDeliveryOut {
    fn from(delivery: &Delivery) -> Self {
        Self {
            object: "webhook_delivery",
            delivery_id: Text(delivery.id),
            event_id: Text(delivery.event),
            webhook_id: Text(delivery.endpoint),
            status: "queued",
        }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;
    use cardium_webhooks::EventFilter;

    use super::*;

    fn read(json: &str) -> Result<EndpointPatch, Problem> {
        let body = crate::body::Body::parse(json.as_bytes())?;
        body.read::<WebhookPatchIn>()?.parse(Reach::PublicHttps)
    }

    #[test]
    fn what_is_absent_stays_and_a_null_mode_goes() {
        assert_eq!(read("{}").unwrap(), EndpointPatch::default());
        assert_eq!(read(r#"{"mode":null}"#).unwrap().mode, Some(None));
        assert_eq!(read(r#"{"mode":"live"}"#).unwrap().mode, Some(Some(Book::Live)));
        let all = r#"{"url":"https://a.example.com","events":"*","status":"disabled",
            "description":"x","metadata":{"a":null},"payload":"thin","ordering":"per_object"}"#;
        let patch = read(all).unwrap();
        assert_eq!(patch.events, Some(EventFilter::Everything));
        assert_eq!(patch.status, Some(EndpointStatus::Disabled));
        assert_eq!(patch.metadata, [("a".to_owned(), None)].into());
        assert_eq!(patch.payload, Some(Payload::Thin));
        assert_eq!(patch.ordering, Some(Ordering::PerObject));
    }

    #[test]
    fn changes_are_refused_by_field() {
        for (json, code, param) in [
            (r#"{"url":"http://a.b"}"#, ErrorCode::UnsafeWebhookUrl, "url"),
            (r#"{"events":["x"]}"#, ErrorCode::UnknownEvent, "events"),
            (r#"{"events":[]}"#, ErrorCode::InvalidField, "events"),
            (r#"{"status":"paused"}"#, ErrorCode::InvalidField, "status"),
            (r#"{"payload":"big"}"#, ErrorCode::InvalidField, "payload"),
            (r#"{"ordering":"all"}"#, ErrorCode::InvalidField, "ordering"),
            (r#"{"mode":"test"}"#, ErrorCode::InvalidField, "mode"),
            (r#"{"mode":5}"#, ErrorCode::InvalidField, "mode"),
            (r#"{"metadata":{"a":5}}"#, ErrorCode::InvalidField, "metadata.a"),
        ] {
            let problem = read(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }
}
