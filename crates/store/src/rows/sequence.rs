use cardium_kernel::{AccountId, StoreError, Timestamp};

use super::{Fields, Kind, Row, Table, Value, time};

/// An account's counters. Locked by every command that leaves an event or an audit row, so
/// both sequences are dense and their order is the order of commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) account: AccountId,
    /// The last event's number.
    pub(crate) event_seq: i64,
    /// The last audit row's number.
    pub(crate) audit_seq: i64,
    /// The last audit row's hash.
    pub(crate) audit_head: [u8; 32],
    /// The latest moment given out: the account's clock never runs back.
    pub(crate) last_at: Timestamp,
    /// How many webhook endpoints the account has.
    pub(crate) endpoints: i64,
    /// How many cards the account has that are not cancelled.
    pub(crate) cards: i64,
    pub(crate) version: i64,
}

impl Sequence {
    /// The counters of an account that has done nothing.
    pub(crate) const fn new(account: AccountId) -> Self {
        Self {
            account,
            event_seq: 0,
            audit_seq: 0,
            audit_head: [0; 32],
            last_at: Timestamp::EPOCH,
            endpoints: 0,
            cards: 0,
            version: 0,
        }
    }

    /// The moment of something that happens at `now`.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Timestamp {
        self.last_at = self.last_at.max(now);
        self.version = self.version.saturating_add(1);
        self.last_at
    }
}

impl Row for Sequence {
    const TABLE: Table = Table {
        name: "account_sequences",
        columns: &[
            ("account_id", Kind::Id),
            ("event_seq", Kind::Int),
            ("audit_seq", Kind::Int),
            ("audit_head", Kind::Bytes),
            ("last_at", Kind::Int),
            ("endpoints", Kind::Int),
            ("cards", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.account.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.account.value()),
            Value::Int(self.event_seq),
            Value::Int(self.audit_seq),
            Value::bytes(&self.audit_head),
            time(self.last_at),
            Value::Int(self.endpoints),
            Value::Int(self.cards),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            account: AccountId::new(fields.id()?),
            event_seq: fields.int()?,
            audit_seq: fields.int()?,
            audit_head: fields.array()?,
            last_at: fields.time()?,
            endpoints: fields.int()?,
            cards: fields.int()?,
            version: fields.int()?,
        })
    }
}
