//! What clients of the OAuth server bring, and what owners are asked. The last column of each is
//! the end that follows from the others, so that an index finds what is over; nobody reads it.

use cardium_auth::oauth::{
    AuthorizationCode, CODE_LIFETIME, CONSENT_LIFETIME, CodeChallenge, CodeRecord, Consent,
    ConsentRecord, RefreshRecord, RefreshToken, Resource,
};
use cardium_kernel::{AccountId, ConsentId, CredentialId, GrantId, StoreError, digest128};

use super::{Fields, Kind, Row, Table, Value, time};

fn challenge(challenge: &CodeChallenge) -> Value<'static> {
    Value::Text(challenge.to_text().into())
}

fn read_challenge(text: &str) -> Option<CodeChallenge> {
    CodeChallenge::parse(Some(text), Some("S256")).ok()
}

impl Row for Consent {
    const TABLE: Table = Table {
        name: "oauth_requests",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("session_id", Kind::Id),
            ("client_id", Kind::Text),
            ("redirect_uri", Kind::Text),
            ("state", Kind::Text),
            ("scope", Kind::Text),
            ("challenge", Kind::Text),
            ("resource", Kind::Text),
            ("created_at", Kind::Int),
            ("ended_at", Kind::Int),
            ("expires_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.session.value()),
            Value::text(&self.client),
            Value::text(&self.redirect_uri),
            Value::optional(self.state.as_deref(), Value::text),
            Value::text(&self.scope),
            challenge(&self.challenge),
            Value::text(self.resource.as_str()),
            time(self.created_at),
            Value::optional(self.ended_at, time),
            time(self.created_at.after(CONSENT_LIFETIME)),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(ConsentRecord {
            id: ConsentId::new(fields.id()?),
            account: AccountId::new(fields.id()?),
            session: CredentialId::new(fields.id()?),
            client: fields.text()?,
            redirect_uri: fields.text()?,
            state: fields.optional(Fields::text)?,
            scope: fields.text()?,
            challenge: fields.word(read_challenge)?,
            resource: fields.word(Resource::parse)?,
            created_at: fields.time()?,
            ended_at: fields.optional(Fields::time)?,
        }))
    }
}

impl Row for AuthorizationCode {
    const TABLE: Table = Table {
        name: "oauth_codes",
        columns: &[
            ("hash", Kind::Bytes),
            ("grant_id", Kind::Id),
            ("client_id", Kind::Text),
            ("redirect_uri", Kind::Text),
            ("challenge", Kind::Text),
            ("resource", Kind::Text),
            ("scope", Kind::Text),
            ("created_at", Kind::Int),
            ("used_at", Kind::Int),
            ("expires_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        digest128(&[&self.hash])
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::bytes(&self.hash),
            Value::id(self.grant.value()),
            Value::text(&self.client),
            Value::text(&self.redirect_uri),
            challenge(&self.challenge),
            Value::text(self.resource.as_str()),
            Value::text(&self.scope),
            time(self.created_at),
            Value::optional(self.used_at, time),
            time(self.created_at.after(CODE_LIFETIME)),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(CodeRecord {
            hash: fields.array()?,
            grant: GrantId::new(fields.id()?),
            client: fields.text()?,
            redirect_uri: fields.text()?,
            challenge: fields.word(read_challenge)?,
            resource: fields.word(Resource::parse)?,
            scope: fields.text()?,
            created_at: fields.time()?,
            used_at: fields.optional(Fields::time)?,
        }))
    }
}

impl Row for RefreshToken {
    const TABLE: Table = Table {
        name: "oauth_refresh_tokens",
        columns: &[
            ("hash", Kind::Bytes),
            ("grant_id", Kind::Id),
            ("client_id", Kind::Text),
            ("scope", Kind::Text),
            ("started_at", Kind::Int),
            ("created_at", Kind::Int),
            ("used_at", Kind::Int),
            ("siblings", Kind::Int),
            ("idle_until", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        digest128(&[&self.hash])
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::bytes(&self.hash),
            Value::id(self.grant.value()),
            Value::text(&self.client),
            Value::text(&self.scope),
            time(self.started_at),
            time(self.created_at),
            Value::optional(self.used_at, time),
            Value::Int(self.siblings),
            time(self.kept_until()),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        Ok(Self::restore(RefreshRecord {
            hash: fields.array()?,
            grant: GrantId::new(fields.id()?),
            client: fields.text()?,
            scope: fields.text()?,
            started_at: fields.time()?,
            created_at: fields.time()?,
            used_at: fields.optional(Fields::time)?,
            siblings: fields.int()?,
        }))
    }
}
