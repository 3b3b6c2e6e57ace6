use cardium_authorizations::{Effect, MaskedFields, MessageOutcome, NetworkMessage, Trace};
use cardium_kernel::{AuthorizationId, Currency, MessageId, StoreError};

use super::{Fields, Kind, Row, Table, Value, money, time};

impl Row for NetworkMessage {
    const TABLE: Table = Table {
        name: "network_messages",
        columns: &[
            ("id", Kind::Id),
            ("mti", Kind::Text),
            ("fingerprint", Kind::Id),
            ("authorization_id", Kind::Id),
            ("currency", Kind::Text),
            ("effect", Kind::Text),
            ("amount", Kind::Int),
            ("fee", Kind::Int),
            ("decision", Kind::Text),
            ("fields", Kind::Text),
            ("response", Kind::Bytes),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let (response, amount) = match &self.outcome {
            MessageOutcome::Answered(bytes) => {
                (Value::bytes(bytes), self.effect.map(Effect::amount))
            }
            MessageOutcome::ReversedFirst { remaining } => (Value::Null, *remaining),
        };
        vec![
            Value::id(self.id.value()),
            Value::text(&self.mti),
            Value::id(self.fingerprint),
            Value::optional(self.authorization, |id| Value::id(id.value())),
            Value::text(self.fee.currency().code()),
            Value::optional(self.effect, |effect| Value::text(effect.as_str())),
            Value::optional(amount, |amount| Value::Int(amount.minor())),
            Value::Int(self.fee.minor()),
            Value::optional(self.decision.as_ref(), |trace| Value::Text(trace.to_text().into())),
            Value::Text(self.fields.to_text().into()),
            response,
            time(self.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = MessageId::new(fields.id()?);
        let (mti, fingerprint) = (fields.text()?, fields.id()?);
        let authorization = fields.optional(Fields::id)?.map(AuthorizationId::new);
        let currency = fields.optional(Fields::currency)?.unwrap_or(Currency::Usd);
        let effect = fields.optional(Fields::text)?;
        let remaining = fields.optional(Fields::int)?.map(|minor| money(minor, currency));
        let amount = remaining.unwrap_or(money(0, currency));
        let fee = money(fields.int()?, currency);
        let decision = fields.optional(|fields| fields.word(Trace::from_text))?;
        let effect = match effect {
            None => None,
            Some(word) => {
                let effect = Effect::from_parts(&word, amount);
                Some(effect.ok_or_else(|| fields.damaged("not an effect"))?)
            }
        };
        Ok(Self {
            id,
            mti,
            fingerprint,
            authorization,
            effect,
            fee,
            decision,
            fields: MaskedFields::from_text(&fields.text()?),
            outcome: match fields.optional(Fields::bytes)? {
                Some(bytes) => MessageOutcome::Answered(bytes),
                None => MessageOutcome::ReversedFirst { remaining },
            },
            created_at: fields.time()?,
        })
    }
}
