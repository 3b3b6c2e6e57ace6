use cardium_auth::grants::{Grant, GrantRecord, Mandate, Reveal, Spent};
use cardium_kernel::{AccountId, CardId, GrantId, Money, StoreError, Timestamp};

use super::{Fields, Kind, Row, Table, Value, time};

/// Between the entries of a list.
const COMMA: &str = ",";
/// Between merchants, whose ids may have commas.
pub(super) const NEWLINE: &str = "\n";

pub(super) fn list(entries: &[String], separator: &str) -> Value<'static> {
    Value::Text(entries.join(separator).into())
}

pub(super) fn entries(text: &str, separator: &str) -> Vec<String> {
    text.split(separator).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn cards(cards: &[CardId]) -> Value<'static> {
    let ids: Vec<_> = cards.iter().map(CardId::to_string).collect();
    list(&ids, COMMA)
}

fn parse_cards(text: &str) -> Option<Vec<CardId>> {
    entries(text, COMMA).iter().map(|id| CardId::parse(id).ok()).collect()
}

fn times(times: &[Timestamp]) -> Value<'static> {
    let micros: Vec<_> = times.iter().map(|time| time.unix_micros().to_string()).collect();
    list(&micros, COMMA)
}

fn parse_times(text: &str) -> Option<Vec<Timestamp>> {
    let micros = entries(text, COMMA);
    micros.iter().map(|time| time.parse().ok().map(Timestamp::from_unix_micros)).collect()
}

fn amount(amount: Option<Money>) -> Value<'static> {
    Value::optional(amount, |amount| Value::Int(amount.minor()))
}

impl Fields {
    fn usd(&mut self) -> Result<Money, StoreError> {
        self.int().map(Money::usd)
    }
}

impl Row for Grant {
    const TABLE: Table = Table {
        name: "grants",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("client_id", Kind::Text),
            ("client_name", Kind::Text),
            ("redirect_host", Kind::Text),
            ("cards", Kind::Text),
            ("reveal", Kind::Text),
            ("per_transaction", Kind::Int),
            ("daily", Kind::Int),
            ("total", Kind::Int),
            ("approval_above", Kind::Int),
            ("mandate_expires_at", Kind::Int),
            ("merchants", Kind::Text),
            ("mccs", Kind::Text),
            ("spent_live", Kind::Int),
            ("spent_sandbox", Kind::Int),
            ("day", Kind::Int),
            ("day_live", Kind::Int),
            ("day_sandbox", Kind::Int),
            ("step_up_asked", Kind::Bool),
            ("questions", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("ended_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let (mandate, spent) = (&self.mandate, &self.spent);
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::text(&self.client_id),
            Value::text(&self.client_name),
            Value::text(&self.redirect_host),
            Value::optional(self.cards.as_deref(), cards),
            Value::text(self.reveal.as_str()),
            amount(mandate.per_transaction),
            amount(mandate.daily),
            amount(mandate.total),
            amount(mandate.approval_above),
            Value::optional(mandate.expires_at, time),
            list(&mandate.merchants, NEWLINE),
            list(&mandate.mccs, COMMA),
            Value::Int(spent.live.minor()),
            Value::Int(spent.sandbox.minor()),
            Value::Int(spent.day),
            Value::Int(spent.day_live.minor()),
            Value::Int(spent.day_sandbox.minor()),
            Value::Bool(self.step_up_asked),
            times(&self.questions),
            time(self.created_at),
            time(self.updated_at),
            Value::optional(self.ended_at, time),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(GrantRecord {
            id: GrantId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            client_id: fields.text()?,
            client_name: fields.text()?,
            redirect_host: fields.text()?,
            cards: fields.optional(|fields| fields.word(parse_cards))?,
            reveal: fields.word(Reveal::parse)?,
            mandate: Mandate {
                per_transaction: fields.optional(Fields::usd)?,
                daily: fields.optional(Fields::usd)?,
                total: fields.optional(Fields::usd)?,
                approval_above: fields.optional(Fields::usd)?,
                expires_at: fields.optional(Fields::time)?,
                merchants: entries(&fields.text()?, NEWLINE),
                mccs: entries(&fields.text()?, COMMA),
            },
            spent: Spent {
                live: fields.usd()?,
                sandbox: fields.usd()?,
                day: fields.int()?,
                day_live: fields.usd()?,
                day_sandbox: fields.usd()?,
            },
            step_up_asked: fields.bool()?,
            questions: fields.word(parse_times)?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            ended_at: fields.optional(Fields::time)?,
            version: fields.int()?,
        }))
    }
}
