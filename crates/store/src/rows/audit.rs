use cardium_kernel::{AccountId, AuditId, StoreError, Timestamp};
use cardium_vault::{HashKey, keyed_hash};

use super::{Fields, Kind, Row, Table, Value, time};

/// A row of an account's audit log. Its hash is an HMAC over its own fields and the hash of the
/// row before it, so that none can be changed, removed or slipped in unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditRow {
    pub(crate) id: AuditId,
    pub(crate) account: AccountId,
    pub(crate) seq: i64,
    pub(crate) action: String,
    pub(crate) object: String,
    pub(crate) actor: String,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
    pub(crate) request_id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) hash: [u8; 32],
}

impl AuditRow {
    /// What the row's hash must be, after a row with hash `previous`.
    pub(crate) fn link(&self, key: &HashKey, previous: &[u8; 32]) -> [u8; 32] {
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(previous);
        text.extend_from_slice(&self.id.value().to_be_bytes());
        text.extend_from_slice(&self.account.value().to_be_bytes());
        text.extend_from_slice(&self.seq.to_be_bytes());
        text.extend_from_slice(&self.created_at.unix_micros().to_be_bytes());
        let parts =
            [&self.action, &self.object, &self.actor, &self.ip, &self.user_agent, &self.request_id];
        for part in parts {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            text.extend_from_slice(&length.to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        keyed_hash(key, "audit.chain", &text)
    }
}

impl Row for AuditRow {
    const TABLE: Table = Table {
        name: "audit_entries",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("seq", Kind::Int),
            ("action", Kind::Text),
            ("object", Kind::Text),
            ("actor", Kind::Text),
            ("ip", Kind::Text),
            ("user_agent", Kind::Text),
            ("request_id", Kind::Text),
            ("created_at", Kind::Int),
            ("hash", Kind::Bytes),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::Int(self.seq),
            Value::text(&self.action),
            Value::text(&self.object),
            Value::text(&self.actor),
            Value::text(&self.ip),
            Value::text(&self.user_agent),
            Value::text(&self.request_id),
            time(self.created_at),
            Value::bytes(&self.hash),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: AuditId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            seq: fields.int()?,
            action: fields.text()?,
            object: fields.text()?,
            actor: fields.text()?,
            ip: fields.text()?,
            user_agent: fields.text()?,
            request_id: fields.text()?,
            created_at: fields.time()?,
            hash: fields.array()?,
        })
    }
}
