use cardium_auth::{AllowList, Credential, CredentialKind, CredentialRecord, ScopeSet, TokenHash};
use cardium_kernel::{AccountId, CredentialId, StoreError};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, time};

/// Between the entries of an allow-list; no address has it.
const COMMA: &str = ",";

const KINDS: [CredentialKind; 3] =
    [CredentialKind::Session, CredentialKind::ApiKey, CredentialKind::Grant];

const fn word(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Session => "session",
        CredentialKind::ApiKey => "api_key",
        CredentialKind::Grant => "grant",
    }
}

fn parse(text: &str) -> Option<CredentialKind> {
    KINDS.into_iter().find(|k| word(*k) == text)
}

fn allowed(list: &AllowList) -> Value<'static> {
    let entries: Vec<_> = list.entries().collect();
    Value::Text(entries.join(COMMA).into())
}

fn parse_allowed(text: &str) -> Option<AllowList> {
    let entries: Vec<_> = text.split(COMMA).filter(|entry| !entry.is_empty()).collect();
    AllowList::parse(&entries).ok()
}

impl Row for Credential {
    const TABLE: Table = Table {
        name: "credentials",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("kind", Kind::Text),
            ("token_hash", Kind::Bytes),
            ("name", Kind::Text),
            ("prefix", Kind::Text),
            ("last4", Kind::Text),
            ("scopes", Kind::Int),
            ("mode", Kind::Int),
            ("generation", Kind::Int),
            ("created_at", Kind::Int),
            ("expires_at", Kind::Int),
            ("revoked_at", Kind::Int),
            ("version", Kind::Int),
            ("ip_allowlist", Kind::Text),
            ("metadata", Kind::Text),
            ("updated_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::text(word(self.kind)),
            Value::bytes(&self.token.0),
            Value::text(&self.name),
            Value::text(&self.prefix),
            Value::text(&self.last4),
            Value::Int(self.scopes.bits()),
            Value::optional(self.mode, book),
            Value::Int(self.generation),
            time(self.created_at),
            Value::optional(self.expires_at, time),
            Value::optional(self.revoked_at, time),
            Value::Int(self.version),
            allowed(&self.allowed),
            metadata(&self.metadata),
            time(self.updated_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(CredentialRecord {
            id: CredentialId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            kind: fields.word(parse)?,
            token: TokenHash(fields.array()?),
            name: fields.text()?,
            prefix: fields.text()?,
            last4: fields.text()?,
            scopes: ScopeSet::from_bits(fields.int()?),
            mode: fields.optional(Fields::book)?,
            generation: fields.int()?,
            created_at: fields.time()?,
            expires_at: fields.optional(Fields::time)?,
            revoked_at: fields.optional(Fields::time)?,
            version: fields.int()?,
            allowed: fields.word(parse_allowed)?,
            metadata: fields.metadata()?,
            updated_at: fields.time()?,
        }))
    }
}
