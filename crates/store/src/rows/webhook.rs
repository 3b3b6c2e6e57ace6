use cardium_kernel::{AccountId, DeliveryId, EndpointId, EventId, GrantId, StoreError, Timestamp};
use cardium_webhooks::{
    Attempt, AttemptFailure, Care, Cause, Delivery, DeliveryState, DisabledBy, Endpoint,
    EndpointStatus, EventFilter, Lane, NextSecret, Ordering, Pace, Payload,
};

use super::{Fields, Kind, Record, Row, Table, Value, book, metadata::metadata, time};

impl Row for Endpoint {
    const TABLE: Table = Table {
        name: "webhook_endpoints",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("url", Kind::Text),
            ("events", Kind::Text),
            ("mode", Kind::Int),
            ("description", Kind::Text),
            ("secret", Kind::Bytes),
            ("enabled", Kind::Bool),
            ("metadata", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("payload", Kind::Text),
            ("ordering", Kind::Text),
            ("next_secret", Kind::Bytes),
            ("next_secret_at", Kind::Int),
            ("disabled_by", Kind::Text),
            ("warned_at", Kind::Int),
            ("version", Kind::Int),
            ("grant_id", Kind::Id),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::text(&self.url),
            Value::Text(self.events.to_text().into()),
            Value::optional(self.mode, book),
            Value::text(&self.description),
            Value::bytes(&self.secret),
            Value::Bool(self.status == EndpointStatus::Enabled),
            metadata(&self.metadata),
            time(self.created_at),
            time(self.updated_at),
            Value::text(self.payload.as_str()),
            Value::text(self.ordering.as_str()),
            Value::optional(self.next_secret.as_ref(), |next| Value::bytes(&next.sealed)),
            Value::optional(self.next_secret.as_ref(), |next| time(next.from)),
            Value::optional(self.disabled_by, |who| Value::text(who.as_str())),
            Value::optional(self.warned_at, time),
            Value::Int(self.version),
            Value::optional(self.grant, |grant| Value::id(grant.value())),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let mut endpoint = Self {
            id: EndpointId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            url: fields.text()?,
            events: EventFilter::from_text(&fields.text()?),
            mode: fields.optional(Fields::book)?,
            description: fields.text()?,
            secret: fields.bytes()?,
            next_secret: None,
            payload: Payload::default(),
            ordering: Ordering::default(),
            disabled_by: None,
            warned_at: None,
            grant: None,
            version: 0,
            status: if fields.bool()? { EndpointStatus::Enabled } else { EndpointStatus::Disabled },
            metadata: fields.metadata()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        };
        endpoint.payload = fields.word(Payload::parse)?;
        endpoint.ordering = fields.word(Ordering::parse)?;
        let (sealed, from) = (fields.optional(Fields::bytes)?, fields.optional(Fields::time)?);
        endpoint.next_secret = sealed.zip(from).map(|(sealed, from)| NextSecret { sealed, from });
        endpoint.disabled_by = fields.optional(|fields| fields.word(DisabledBy::parse))?;
        endpoint.warned_at = fields.optional(Fields::time)?;
        endpoint.version = fields.int()?;
        endpoint.grant = fields.optional(Fields::id)?.map(GrantId::new);
        Ok(endpoint)
    }
}

impl Row for Delivery {
    const TABLE: Table = Table {
        name: "webhook_deliveries",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("event_id", Kind::Id),
            ("endpoint_id", Kind::Id),
            ("state", Kind::Text),
            ("attempts", Kind::Int),
            ("next_attempt_at", Kind::Int),
            ("last_status", Kind::Int),
            ("replayed", Kind::Bool),
            ("object_id", Kind::Id),
            ("account_seq", Kind::Int),
            ("ordered", Kind::Bool),
            ("attempt_log", Kind::Text),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.event.value()),
            Value::id(self.endpoint.value()),
            Value::text(self.state.as_str()),
            Value::Int(self.attempts),
            time(self.next_attempt_at),
            Value::Int(self.last_status),
            Value::Bool(self.cause == Cause::Replay),
            Value::id(self.object),
            Value::Int(self.account_seq),
            Value::Bool(self.ordered),
            attempt_log(&self.log),
            time(self.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: DeliveryId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            event: EventId::new(fields.id()?),
            endpoint: EndpointId::new(fields.id()?),
            state: fields.word(DeliveryState::parse)?,
            attempts: fields.int()?,
            next_attempt_at: fields.time()?,
            last_status: fields.int()?,
            cause: if fields.bool()? { Cause::Replay } else { Cause::Event },
            object: fields.id()?,
            account_seq: fields.int()?,
            ordered: fields.bool()?,
            log: fields.log()?,
            created_at: fields.time()?,
        })
    }
}

/// The columns of a [`Lane`].
pub(crate) const LANE: Table = Table {
    name: "webhook_lanes",
    columns: &[
        ("endpoint_id", Kind::Id),
        ("account_id", Kind::Id),
        ("lease", Kind::Int),
        ("width", Kind::Int),
        ("careful", Kind::Bool),
        ("failing_since", Kind::Int),
    ],
};

/// Reads a lane. What else its row has is the databases' own business.
pub(crate) fn lane(record: Record) -> Result<Lane, StoreError> {
    let mut fields = Fields::new(LANE.name, record);
    let (endpoint, account) = (EndpointId::new(fields.id()?), AccountId::new(fields.id()?));
    let (lease, width) = (fields.int()?, fields.int()?);
    let care = if fields.bool()? { Care::Careful } else { Care::Swift };
    let failing_since = fields.optional(Fields::time)?;
    Ok(Lane { endpoint, account, lease, pace: Pace::restore(width, care), failing_since })
}

/// The class of a lane.
pub(crate) fn is_careful(care: Care) -> Value<'static> {
    Value::Bool(care == Care::Careful)
}

/// An attempt as it is kept: when it began, how long it took, the status, why there was none, and
/// the beginning of the answer.
type LogLine = (i64, i64, u16, Option<String>, String);

/// The log of a delivery's attempts for a TEXT column: a JSON list of lists.
pub(crate) fn attempt_log(attempts: &[Attempt]) -> Value<'static> {
    let lines: Vec<LogLine> = attempts.iter().map(log_line).collect();
    let text = serde_json::to_string(&lines).expect("numbers and texts are always JSON");
    Value::Text(text.into())
}

fn log_line(attempt: &Attempt) -> LogLine {
    let failure = attempt.outcome.err().map(|failure| failure.as_str().to_owned());
    let status = attempt.outcome.unwrap_or(0);
    (attempt.at.unix_micros(), attempt.took_ms, status, failure, attempt.excerpt.clone())
}

impl Fields {
    /// Reads attempts that [`attempt_log`] wrote.
    fn log(&mut self) -> Result<Vec<Attempt>, StoreError> {
        let text = self.text()?;
        let lines: Vec<LogLine> = serde_json::from_str(&text)
            .map_err(|error| self.damaged(format!("attempts: {error}")))?;
        lines.into_iter().map(|line| self.attempt(line)).collect()
    }

    fn attempt(
        &self,
        (at, took_ms, status, failure, excerpt): LogLine,
    ) -> Result<Attempt, StoreError> {
        let outcome = match failure {
            None => Ok(status),
            Some(word) => Err(AttemptFailure::parse(&word)
                .ok_or_else(|| self.damaged(format!("no failure {word}")))?),
        };
        Ok(Attempt { at: Timestamp::from_unix_micros(at), took_ms, outcome, excerpt })
    }
}
