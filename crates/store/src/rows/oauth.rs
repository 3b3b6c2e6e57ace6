//! Clients of the OAuth server, and what they bring. Times over are stored beside what they follow
//! from, so that what is over is found by an index.

use cardium_auth::oauth::{
    AuthorizationCode, CODE_LIFETIME, CONSENT_LIFETIME, Client, ClientDetails, ClientKind,
    ClientMetadata, ClientRecord, CodeChallenge, CodeRecord, Consent, ConsentRecord,
    REFRESH_LIFETIME, RefreshRecord, RefreshToken, Resource, ScopeRequest,
};
use cardium_kernel::{
    AccountId, ConsentId, CredentialId, GrantId, StoreError, Timestamp, digest128,
};
use serde_json::{Map, Value as Json};

use super::{Fields, Kind, Row, Table, Value, time};

/// Between the entries of a list.
const NEWLINE: &str = "\n";

/// The identity of a client's row.
pub(crate) fn client_key(id: &str) -> u128 {
    digest128(&[b"oauth client", id.as_bytes()])
}

fn list(entries: &[String]) -> Value<'static> {
    Value::Text(entries.join(NEWLINE).into())
}

fn entries(text: &str) -> Vec<String> {
    text.split(NEWLINE).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// What is only shown, as one JSON object.
fn shown(metadata: &ClientMetadata) -> String {
    let texts = [
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("tos_uri", &metadata.tos_uri),
        ("policy_uri", &metadata.policy_uri),
        ("software_id", &metadata.software_id),
        ("software_version", &metadata.software_version),
    ];
    let given = |(name, text): (&str, &Option<String>)| {
        text.as_ref().map(|text| (name.to_owned(), Json::from(text.as_str())))
    };
    let mut object: Map<String, Json> = texts.into_iter().filter_map(given).collect();
    if !metadata.contacts.is_empty() {
        object.insert("contacts".to_owned(), metadata.contacts.clone().into());
    }
    Json::Object(object).to_string()
}

fn read_shown(text: &str, metadata: &mut ClientMetadata) -> Option<()> {
    let object: Map<String, Json> = serde_json::from_str(text).ok()?;
    let find = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
    metadata.client_uri = find("client_uri");
    metadata.logo_uri = find("logo_uri");
    metadata.tos_uri = find("tos_uri");
    metadata.policy_uri = find("policy_uri");
    metadata.software_id = find("software_id");
    metadata.software_version = find("software_version");
    let contacts = object.get("contacts").and_then(Json::as_array);
    let contacts = contacts.into_iter().flatten().filter_map(Json::as_str);
    metadata.contacts = contacts.map(str::to_owned).collect();
    Some(())
}

impl Row for Client {
    const TABLE: Table = Table {
        name: "oauth_clients",
        columns: &[
            ("id", Kind::Id),
            ("client_id", Kind::Text),
            ("kind", Kind::Text),
            ("name", Kind::Text),
            ("redirect_uris", Kind::Text),
            ("grant_types", Kind::Text),
            ("auth_method", Kind::Text),
            ("secret_hash", Kind::Bytes),
            ("management_hash", Kind::Bytes),
            ("scope", Kind::Text),
            ("metadata", Kind::Text),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("used_at", Kind::Int),
            ("fresh_until", Kind::Int),
            ("expires_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        client_key(&self.id)
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let metadata = self.details.metadata();
        let hash = |hash: &[u8; 32]| Value::Bytes(hash.to_vec().into());
        vec![
            Value::id(self.key()),
            Value::text(&self.id),
            Value::text(self.kind.as_str()),
            Value::text(metadata.client_name.as_deref().unwrap_or_default()),
            list(&metadata.redirect_uris),
            list(metadata.grant_types.as_deref().unwrap_or_default()),
            Value::text(self.details.method().as_str()),
            Value::optional(self.secret.as_ref(), hash),
            Value::optional(self.registration.as_ref(), hash),
            Value::optional(metadata.scope.as_deref(), Value::text),
            Value::Text(shown(metadata).into()),
            time(self.created_at),
            time(self.updated_at),
            Value::optional(self.used_at, time),
            Value::optional(self.fresh_until, time),
            Value::optional(self.expires_at(), time),
            Value::Int(1),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let _key = fields.id()?;
        let (id, kind) = (fields.text()?, fields.word(ClientKind::parse)?);
        let name = Some(fields.text()?).filter(|name| !name.is_empty());
        let mut metadata = ClientMetadata {
            client_name: name,
            redirect_uris: entries(&fields.text()?),
            grant_types: Some(entries(&fields.text()?)),
            response_types: Some(vec!["code".to_owned()]),
            token_endpoint_auth_method: Some(fields.text()?),
            ..ClientMetadata::default()
        };
        let secret = fields.optional(Fields::array)?;
        let registration = fields.optional(Fields::array)?;
        metadata.scope = fields.optional(Fields::text)?;
        fields.word(|text| read_shown(text, &mut metadata))?;
        let record = ClientRecord {
            id,
            kind,
            details: ClientDetails::restore(metadata),
            secret,
            registration,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            used_at: fields.optional(Fields::time)?,
            fresh_until: fields.optional(Fields::time)?,
        };
        let _derived = (fields.optional(Fields::time)?, fields.int()?);
        Ok(Self::restore(record))
    }
}

fn challenge(challenge: &CodeChallenge) -> Value<'static> {
    Value::Text(challenge.to_text().into())
}

fn read_challenge(text: &str) -> Option<CodeChallenge> {
    CodeChallenge::parse(Some(text), Some("S256")).ok()
}

fn scopes(text: &str) -> Value<'static> {
    let scope = ScopeRequest::parse(text).unwrap_or_default();
    Value::Int(scope.scopes().bits())
}

/// The identity of rows that are found by a hash; no batch keeps them.
fn key_of(hash: &[u8; 32]) -> u128 {
    digest128(&[hash])
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
            ("expires_at", Kind::Int),
            ("ended_at", Kind::Int),
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
            time(self.created_at.after(CONSENT_LIFETIME)),
            Value::optional(self.ended_at, time),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let mut record = ConsentRecord {
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
            ended_at: None,
        };
        let _derived: Timestamp = fields.time()?;
        record.ended_at = fields.optional(Fields::time)?;
        Ok(Self::restore(record))
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
            ("scope", Kind::Text),
            ("scopes", Kind::Int),
            ("challenge", Kind::Text),
            ("resource", Kind::Text),
            ("created_at", Kind::Int),
            ("expires_at", Kind::Int),
            ("used_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        key_of(&self.hash)
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::bytes(&self.hash),
            Value::id(self.grant.value()),
            Value::text(&self.client),
            Value::text(&self.redirect_uri),
            Value::text(&self.scope),
            scopes(&self.scope),
            challenge(&self.challenge),
            Value::text(self.resource.as_str()),
            time(self.created_at),
            time(self.created_at.after(CODE_LIFETIME)),
            Value::optional(self.used_at, time),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let (hash, grant) = (fields.array()?, GrantId::new(fields.id()?));
        let (client, redirect_uri, scope) = (fields.text()?, fields.text()?, fields.text()?);
        let _derived = fields.int()?;
        let challenge = fields.word(read_challenge)?;
        let resource = fields.word(Resource::parse)?;
        let (created_at, _ends) = (fields.time()?, fields.time()?);
        let used_at = fields.optional(Fields::time)?;
        Ok(Self::restore(CodeRecord {
            hash,
            grant,
            client,
            redirect_uri,
            challenge,
            resource,
            scope,
            created_at,
            used_at,
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
            ("scopes", Kind::Int),
            ("siblings", Kind::Int),
            ("created_at", Kind::Int),
            ("used_at", Kind::Int),
            ("idle_until", Kind::Int),
            ("expires_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        key_of(&self.hash)
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::bytes(&self.hash),
            Value::id(self.grant.value()),
            Value::text(&self.client),
            Value::text(&self.scope),
            scopes(&self.scope),
            Value::Int(self.siblings),
            time(self.created_at),
            Value::optional(self.used_at, time),
            time(self.kept_until()),
            time(self.started_at.after(REFRESH_LIFETIME)),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let (hash, grant) = (fields.array()?, GrantId::new(fields.id()?));
        let (client, scope, _derived) = (fields.text()?, fields.text()?, fields.int()?);
        let (siblings, created_at) = (fields.int()?, fields.time()?);
        let used_at = fields.optional(Fields::time)?;
        let (_idle, ends) = (fields.time()?, fields.time()?);
        Ok(Self::restore(RefreshRecord {
            hash,
            grant,
            client,
            scope,
            started_at: ends.before(REFRESH_LIFETIME),
            created_at,
            used_at,
            siblings,
        }))
    }
}
