use cardium_auth::oauth::{Client, ClientDetails, ClientKind, ClientMetadata, ClientRecord};
use cardium_kernel::{StoreError, digest128};
use serde_json::{Map, Value as Json};

use super::{
    Fields, Kind, Row, Table, Value,
    grant::{NEWLINE, entries, list},
    time,
};

/// The identity of a client's row.
pub(crate) fn client_key(id: &str) -> u128 {
    digest128(&[b"oauth client", id.as_bytes()])
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

fn read_shown(text: &str) -> Option<ClientMetadata> {
    let object: Map<String, Json> = serde_json::from_str(text).ok()?;
    let find = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
    let contacts = object.get("contacts").and_then(Json::as_array);
    let contacts = contacts.into_iter().flatten().filter_map(Json::as_str);
    Some(ClientMetadata {
        client_uri: find("client_uri"),
        logo_uri: find("logo_uri"),
        tos_uri: find("tos_uri"),
        policy_uri: find("policy_uri"),
        software_id: find("software_id"),
        software_version: find("software_version"),
        contacts: contacts.map(str::to_owned).collect(),
        ..ClientMetadata::default()
    })
}

fn read_details(fields: &mut Fields) -> Result<ClientDetails, StoreError> {
    let said = ClientMetadata {
        client_name: Some(fields.text()?).filter(|name| !name.is_empty()),
        redirect_uris: entries(&fields.text()?, NEWLINE),
        grant_types: Some(entries(&fields.text()?, NEWLINE)),
        response_types: Some(vec!["code".to_owned()]),
        token_endpoint_auth_method: Some(fields.text()?),
        scope: fields.optional(Fields::text)?,
        ..fields.word(read_shown)?
    };
    Ok(ClientDetails::restore(said))
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
            ("scope", Kind::Text),
            ("metadata", Kind::Text),
            ("secret_hash", Kind::Bytes),
            ("management_hash", Kind::Bytes),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("used_at", Kind::Int),
            ("fresh_until", Kind::Int),
            ("ended_at", Kind::Int),
            ("expires_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        client_key(&self.id)
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let metadata = self.details.metadata();
        let grant_types = metadata.grant_types.as_deref().unwrap_or_default();
        let hash = |hash: &[u8; 32]| Value::Bytes(hash.to_vec().into());
        vec![
            Value::id(self.key()),
            Value::text(&self.id),
            Value::text(self.kind.as_str()),
            Value::text(metadata.client_name.as_deref().unwrap_or_default()),
            list(&metadata.redirect_uris, NEWLINE),
            list(grant_types, NEWLINE),
            Value::text(self.details.method().as_str()),
            Value::optional(metadata.scope.as_deref(), Value::text),
            Value::Text(shown(metadata).into()),
            Value::optional(self.secret.as_ref(), hash),
            Value::optional(self.registration.as_ref(), hash),
            time(self.created_at),
            time(self.updated_at),
            Value::optional(self.used_at, time),
            Value::optional(self.fresh_until, time),
            Value::optional(self.ended_at, time),
            Value::optional(self.expires_at(), time),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let _key = fields.id()?;
        Ok(Self::restore(ClientRecord {
            id: fields.text()?,
            kind: fields.word(ClientKind::parse)?,
            details: read_details(fields)?,
            secret: fields.optional(Fields::array)?,
            registration: fields.optional(Fields::array)?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            used_at: fields.optional(Fields::time)?,
            fresh_until: fields.optional(Fields::time)?,
            ended_at: fields.optional(Fields::time)?,
        }))
    }
}
