//! Webhook endpoints.

use std::borrow::Cow;

use cardium_app::{EventType, reads::ByCreation};
use cardium_kernel::{Book, EndpointId, ErrorCode, GrantId, Metadata, Problem, Timestamp};
use cardium_webhooks::{
    DisabledBy, EndpointView, EventFilter, Failing, Ordering, Payload, SigningSecret,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    field::{invalid, mode, required, word},
    metadata::{MetadataIn, MetadataOut},
    query::Order,
    text::Text,
    webhook_secret::SecretRotationOut,
    webhook_url::{Reach, check_webhook_url},
    word::{EndpointStatus, Word, Words},
};

/// The order of endpoint lists.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| EndpointId::parse(text).map(EndpointId::value),
};

/// Event names: a list, or one name such as `*`.
#[derive(Debug, Clone)]
pub(crate) struct EventsIn(Vec<String>);

impl<'de> Deserialize<'de> for EventsIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("expected a list of event names or \"*\"");
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self(vec![name])),
            Value::Array(items) => {
                let names = items.into_iter().map(|item| match item {
                    Value::String(name) => Ok(name),
                    _ => Err(wrong()),
                });
                names.collect::<Result<_, _>>().map(Self)
            }
            _ => Err(wrong()),
        }
    }
}

impl JsonSchema for EventsIn {
    fn schema_name() -> Cow<'static, str> {
        "EventsIn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut names = vec!["*"];
        names.extend(EventType::words());
        json_schema!({
            "oneOf": [
                {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1},
                {"type": "string", "enum": names},
            ],
        })
    }
}

/// A request for an endpoint.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct WebhookIn {
    #[validate(length(max = 2048))]
    #[schemars(required, extend("format" = "uri"))]
    url: Option<String>,
    #[schemars(required)]
    events: Option<EventsIn>,
    #[validate(length(max = 200))]
    description: Option<String>,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<String>,
    /// How much of an event is sent: `full`, or `thin` for the object's id and kind alone.
    #[schemars(with = "Option<Word<Payload>>")]
    payload: Option<String>,
    /// `per_object` sends the events of one object one after the other.
    #[schemars(with = "Option<Word<Ordering>>")]
    ordering: Option<String>,
    metadata: Option<MetadataIn>,
}

/// The payload with this word.
///
/// # Errors
/// `invalid_field`.
pub(crate) fn payload(text: &str) -> Result<Payload, Problem> {
    word(text, "payload", Payload::parse, "full, thin")
}

/// The ordering with this word.
///
/// # Errors
/// `invalid_field`.
pub(crate) fn ordering(text: &str) -> Result<Ordering, Problem> {
    word(text, "ordering", Ordering::parse, "none, per_object")
}

/// A request for an endpoint, understood.
#[derive(Debug, Clone)]
pub struct WebhookWish {
    /// Where events go.
    pub url: String,
    /// Which events.
    pub events: EventFilter,
    /// Only of this book, where set.
    pub mode: Option<Book>,
    /// What its owner says of it.
    pub description: String,
    /// How much of an event it is sent.
    pub payload: Payload,
    /// In which order.
    pub ordering: Ordering,
    /// The client's own notes.
    pub metadata: Metadata,
}

impl WebhookIn {
    /// The request with typed fields and a safe URL.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field`, `unsafe_webhook_url` or `unknown_event`.
    pub fn parse(self, reach: Reach) -> Result<WebhookWish, Problem> {
        let url = required(self.url, "url")?;
        let events = required(self.events, "events")?;
        check_webhook_url(&url, reach)?;
        Ok(WebhookWish {
            url,
            events: event_filter(events)?,
            mode: mode(self.mode.as_deref())?,
            description: self.description.unwrap_or_default(),
            payload: self.payload.as_deref().map(payload).transpose()?.unwrap_or_default(),
            ordering: self.ordering.as_deref().map(ordering).transpose()?.unwrap_or_default(),
            metadata: self.metadata.unwrap_or_default().parse()?,
        })
    }
}

/// The filter that a list of names stands for.
///
/// # Errors
/// `invalid_field` or `unknown_event`.
pub(crate) fn event_filter(EventsIn(mut names): EventsIn) -> Result<EventFilter, Problem> {
    if names.is_empty() {
        return Err(invalid("events", "must name at least one event"));
    }
    if names.iter().any(|name| name == "*") {
        return Ok(EventFilter::Everything);
    }
    if names.iter().any(|name| EventType::parse(name).is_none()) {
        let message = "An event of this name does not exist; see the event catalogue.";
        return Err(Problem::field(ErrorCode::UnknownEvent, "events", message));
    }
    names.sort_unstable();
    names.dedup();
    Ok(EventFilter::Named(names))
}

/// An endpoint as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookOut {
    id: Text<EndpointId>,
    #[schemars(extend("const" = "webhook"))]
    object: &'static str,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<&'static str>,
    url: String,
    events: Vec<String>,
    description: String,
    #[schemars(with = "Word<EndpointStatus>")]
    status: &'static str,
    /// Who disabled it; null while it is enabled.
    #[schemars(with = "Option<Word<DisabledBy>>")]
    disabled_by: Option<&'static str>,
    /// The grant of the agent that set it up, with which it ends; null for your own.
    grant_id: Option<Text<GrantId>>,
    #[schemars(with = "Word<Payload>")]
    payload: &'static str,
    #[schemars(with = "Word<Ordering>")]
    ordering: &'static str,
    /// That every attempt has failed for a while; null where the last one succeeded.
    failing: Option<FailingOut>,
    secret_rotation: Option<SecretRotationOut>,
    metadata: MetadataOut,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    signing_secret: Option<String>,
}

/// That every attempt at an endpoint has failed for a while.
#[derive(Debug, Serialize, JsonSchema)]
struct FailingOut {
    /// When the first of them was made.
    since: Text<Timestamp>,
    /// When `webhook.failing` told of it; null before that.
    warned_at: Option<Text<Timestamp>>,
    /// When the endpoint is disabled unless an attempt succeeds.
    disables_at: Text<Timestamp>,
}

impl From<&Failing> for FailingOut {
    fn from(failing: &Failing) -> Self {
        Self {
            since: Text(failing.since),
            warned_at: failing.warned_at.map(Text),
            disables_at: Text(failing.disables_at),
        }
    }
}

impl WebhookOut {
    /// The endpoint as it is at a moment.
    #[must_use]
    pub fn new(EndpointView { endpoint, failing }: &EndpointView, now: Timestamp) -> Self {
        let events = match &endpoint.events {
            EventFilter::Everything => vec!["*".to_owned()],
            EventFilter::Named(names) => names.clone(),
        };
        Self {
            id: Text(endpoint.id),
            object: "webhook",
            mode: endpoint.mode.map(Book::as_str),
            url: endpoint.url.clone(),
            events,
            description: endpoint.description.clone(),
            status: endpoint.status.as_str(),
            disabled_by: endpoint.disabled_by.map(DisabledBy::as_str),
            grant_id: endpoint.grant.map(Text),
            payload: endpoint.payload.as_str(),
            ordering: endpoint.ordering.as_str(),
            failing: failing.as_ref().map(FailingOut::from),
            secret_rotation: endpoint.takes_over_at(now).map(SecretRotationOut::from),
            metadata: MetadataOut::from(&endpoint.metadata),
            created_at: Text(endpoint.created_at),
            updated_at: Text(endpoint.updated_at),
            signing_secret: None,
        }
    }

    /// The same with a signing secret, for the one answer that shows it.
    #[must_use]
    pub fn with_secret(self, secret: &SigningSecret) -> Self {
        Self { signing_secret: Some(secret.expose().to_owned()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<WebhookWish, Problem> {
        let body = crate::body::Body::parse(json.as_bytes())?;
        body.read::<WebhookIn>()?.parse(Reach::PublicHttps)
    }

    #[test]
    fn events_are_a_list_or_a_star() {
        for events in [r#""*""#, r#"["*"]"#, r#"["card.issued","*"]"#] {
            let wish = read(&format!(r#"{{"url":"https://a.example.com","events":{events}}}"#));
            assert_eq!(wish.unwrap().events, EventFilter::Everything);
        }
    }

    #[test]
    fn requests_are_refused_by_field() {
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "url"),
            (r#"{"url":"https://a.b"}"#, ErrorCode::MissingRequiredField, "events"),
            (r#"{"url":"http://a.b","events":"*"}"#, ErrorCode::UnsafeWebhookUrl, "url"),
            (r#"{"url":"https://a.b","events":["x"]}"#, ErrorCode::UnknownEvent, "events"),
            (r#"{"url":"https://a.b","events":[]}"#, ErrorCode::InvalidField, "events"),
            (r#"{"url":"https://a.b","events":[5]}"#, ErrorCode::InvalidField, "events"),
            (r#"{"url":"https://a.b","events":5}"#, ErrorCode::InvalidField, "events"),
            (
                r#"{"url":"https://a.b","events":"*","payload":"big"}"#,
                ErrorCode::InvalidField,
                "payload",
            ),
            (
                r#"{"url":"https://a.b","events":"*","ordering":"all"}"#,
                ErrorCode::InvalidField,
                "ordering",
            ),
        ] {
            let problem = read(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }
}
