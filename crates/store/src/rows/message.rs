use cardium_authorizations::{MaskedFields, MessageOutcome, NetworkMessage};
use cardium_kernel::{AuthorizationId, MessageId, StoreError};

use super::{Fields, Kind, Row, Table, Value, money, time};

impl Row for NetworkMessage {
    const TABLE: Table = Table {
        name: "network_messages",
        columns: &[
            ("id", Kind::Id),
            ("mti", Kind::Text),
            ("fingerprint", Kind::Id),
            ("authorization_id", Kind::Id),
            ("cleared", Kind::Int),
            ("currency", Kind::Text),
            ("fields", Kind::Text),
            ("response", Kind::Bytes),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let response = match &self.outcome {
            MessageOutcome::Answered(bytes) => Value::bytes(bytes),
            MessageOutcome::ReversedFirst => Value::Null,
        };
        vec![
            Value::id(self.id.value()),
            Value::text(&self.mti),
            Value::id(self.fingerprint),
            Value::optional(self.authorization, |id| Value::id(id.value())),
            Value::optional(self.cleared, |amount| Value::Int(amount.minor())),
            Value::optional(self.cleared, |amount| Value::text(amount.currency().code())),
            Value::Text(self.fields.to_text().into()),
            response,
            time(self.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = MessageId::new(fields.id()?);
        let (mti, fingerprint) = (fields.text()?, fields.id()?);
        let authorization = fields.optional(Fields::id)?.map(AuthorizationId::new);
        let (cleared, currency) =
            (fields.optional(Fields::int)?, fields.optional(Fields::currency)?);
        Ok(Self {
            id,
            mti,
            fingerprint,
            authorization,
            cleared: cleared.zip(currency).map(|(minor, currency)| money(minor, currency)),
            fields: MaskedFields::from_text(&fields.text()?),
            outcome: match fields.optional(Fields::bytes)? {
                Some(bytes) => MessageOutcome::Answered(bytes),
                None => MessageOutcome::ReversedFirst,
            },
            created_at: fields.time()?,
        })
    }
}
