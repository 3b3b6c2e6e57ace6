//! API keys.

use std::{collections::BTreeMap, time::Duration};

use cardium_app::reads::{KeyFilter, KeySort};
use cardium_auth::{
    AllowList, AllowListError, Credential, KeyChange, KeyStatus, NotesChange, OVERLAP_DEFAULT,
    OVERLAP_MAXIMUM, Scope, ScopeSet, Token,
};
use cardium_kernel::{Book, CredentialId, Metadata, Problem, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    field::{invalid, mode, moment, required, whole, word},
    metadata::{MetadataIn, MetadataOut, MetadataPatch},
    query::{Order, Query},
    text::Text,
};

/// The characters of a token that its prefix shows, beyond the fixed ones.
const SHOWN: usize = 4;

/// The order of key lists.
pub const ORDER: Order<'static, KeySort> = Order {
    fields: &[("created_at", KeySort::CreatedAt), ("name", KeySort::Name)],
    cursor: |text| CredentialId::parse(text).map(CredentialId::value),
};

/// The filters of a key list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query, now: Timestamp) -> Result<KeyFilter, Problem> {
    let status = query.word("status", KeyStatus::parse, "active, revoked, expired")?;
    let status = status.map(|status| (status, now));
    Ok(KeyFilter { only: None, status, mode: query.mode()? })
}

/// A request for a key.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct ApiKeyIn {
    /// What to call it.
    #[validate(length(min = 1, max = 64))]
    #[schemars(required)]
    name: Option<String>,
    /// The book its requests use where they do not say.
    #[serde(default)]
    #[schemars(schema_with = "mode_schema")]
    mode: Option<String>,
    /// What it may do; all scopes unless said.
    #[validate(length(max = 64))]
    #[serde(default)]
    #[schemars(schema_with = "some_scopes_schema")]
    scopes: Option<Vec<String>>,
    /// The addresses and networks it may be used from; empty for any.
    #[serde(default)]
    #[schemars(schema_with = "addresses_schema")]
    ip_allowlist: Option<Vec<String>>,
    /// When it stops working; a moment to come.
    #[schemars(with = "Option<Text<Timestamp>>")]
    expires_at: Option<String>,
    /// Your own notes.
    metadata: Option<MetadataIn>,
    /// Your password, where the session did not sign in within the last ten minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

/// What a request gives to show that its owner is there, as it was typed.
pub struct ProofIn {
    /// The account's password.
    pub password: Option<String>,
    /// A code of its authenticator.
    pub totp_code: Option<String>,
}

/// Gives inputs with `password` and `totp_code` the means to take them out.
macro_rules! proofs {
    ($($input:ty,)+) => {$(
        impl $input {
            /// Takes out what shows that the owner is there.
            pub fn take_proof(&mut self) -> $crate::api_key::ProofIn {
                $crate::api_key::ProofIn {
                    password: self.password.take(),
                    totp_code: self.totp_code.take(),
                }
            }
        }
    )+};
}
pub(crate) use proofs;

proofs! {
    ApiKeyIn,
    ApiKeyPatch,
    RollIn,
}

/// A request for a key, understood.
#[derive(Debug, Clone)]
pub struct ApiKeyWish {
    /// What its owner calls it.
    pub name: String,
    /// The book it is bound to.
    pub mode: Option<Book>,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Where it may be used from.
    pub allowed: AllowList,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Its owner's own notes.
    pub metadata: Metadata,
}

impl ApiKeyIn {
    /// The request with typed fields; no scopes named means all of them.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self, now: Timestamp) -> Result<ApiKeyWish, Problem> {
        let scopes = self.scopes.map_or_else(|| Ok(ScopeSet::all()), |names| scopes(&names));
        let metadata = self.metadata.map(MetadataIn::parse).transpose()?;
        Ok(ApiKeyWish {
            name: required(self.name, "name")?,
            mode: mode(self.mode.as_deref())?,
            scopes: scopes?,
            allowed: allowed(&self.ip_allowlist.unwrap_or_default())?,
            expires_at: self.expires_at.map(|text| future(&text, now)).transpose()?,
            metadata: metadata.unwrap_or_default(),
        })
    }
}

/// A change of a key's settings.
#[derive(Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct ApiKeyPatch {
    /// What to call it.
    #[validate(length(min = 1, max = 64))]
    name: Option<String>,
    /// The book its requests use where they do not say; null for none. A key that begins with
    /// `ccm_test_` stays in the sandbox.
    #[serde(deserialize_with = "present")]
    #[schemars(schema_with = "mode_schema")]
    mode: Option<Option<String>>,
    /// What it may do.
    #[schemars(schema_with = "some_scopes_schema")]
    #[validate(length(max = 64))]
    scopes: Option<Vec<String>>,
    /// The addresses and networks it may be used from; null or empty for any.
    #[serde(deserialize_with = "present")]
    #[schemars(schema_with = "addresses_schema")]
    ip_allowlist: Option<Option<Vec<String>>>,
    /// When it stops working, a moment to come; null for never.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Text<Timestamp>>")]
    expires_at: Option<Option<String>>,
    /// Changes of your own notes; null for none.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<MetadataPatch>")]
    metadata: Option<Option<MetadataPatch>>,
    /// Your password, where the session did not sign in within the last ten minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

/// Tells null from what is absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ApiKeyPatch {
    /// The change with typed fields.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn parse(self, now: Timestamp) -> Result<KeyChange, Problem> {
        let end = |end: Option<String>| end.map(|text| future(&text, now)).transpose();
        let list = self.ip_allowlist.map(|list| allowed(&list.unwrap_or_default()));
        let notes = |patch: Option<MetadataPatch>| match patch {
            Some(patch) => NotesChange::Merge(patch.into_changes()),
            None => NotesChange::Clear,
        };
        Ok(KeyChange {
            name: self.name,
            mode: self.mode.map(|text| mode(text.as_deref())).transpose()?,
            scopes: self.scopes.map(|names| scopes(&names)).transpose()?,
            allowed: list.transpose()?,
            expires_at: self.expires_at.map(end).transpose()?,
            metadata: self.metadata.map_or_else(|| NotesChange::Merge(BTreeMap::new()), notes),
        })
    }
}

/// How a key is rolled.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct RollIn {
    /// How long the key keeps working beside its successor; a day unless said.
    #[schemars(with = "Option<u32>", range(max = 604_800))]
    overlap_seconds: Option<Value>,
    /// Your password, where the session did not sign in within the last ten minutes.
    password: Option<String>,
    /// A code of your authenticator, in its place.
    #[validate(length(max = 64))]
    totp_code: Option<String>,
}

impl RollIn {
    /// How long both keys work.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn overlap(&self) -> Result<Duration, Problem> {
        let Some(value) = &self.overlap_seconds else {
            return Ok(OVERLAP_DEFAULT);
        };
        let seconds = whole(value).and_then(|seconds| u64::try_from(seconds).ok());
        let seconds = seconds.map(Duration::from_secs);
        let rule = "must be a whole number from 0 to 604800";
        let fits = seconds.filter(|overlap| *overlap <= OVERLAP_MAXIMUM);
        fits.ok_or_else(|| invalid("overlap_seconds", rule))
    }
}

fn future(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let end = moment(text, "expires_at")?;
    if end > now { Ok(end) } else { Err(invalid("expires_at", "must lie in the future")) }
}

/// The scopes with these names and those that they imply.
fn scopes(names: &[String]) -> Result<ScopeSet, Problem> {
    named_scopes(names).collect()
}

/// The scopes with these names and no other.
pub(crate) fn exact_scopes(names: &[String]) -> Result<ScopeSet, Problem> {
    named_scopes(names).try_fold(ScopeSet::default(), |set, scope| Ok(set.plus(scope?)))
}

fn named_scopes(names: &[String]) -> impl Iterator<Item = Result<Scope, Problem>> {
    names.iter().enumerate().map(|(index, name)| {
        let param = format!("scopes[{index}]");
        word(name, &param, Scope::parse, "the documented scopes")
    })
}

fn allowed(entries: &[String]) -> Result<AllowList, Problem> {
    AllowList::parse(entries).map_err(|error| match error {
        AllowListError::TooMany => invalid("ip_allowlist", &error.to_string()),
        AllowListError::Entry(index) => {
            invalid(&format!("ip_allowlist[{index}]"), &error.to_string())
        }
    })
}

fn addresses_schema(_: &mut SchemaGenerator) -> Schema {
    let byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    let (ipv4, group) = (format!("({byte}\\.){{3}}{byte}"), "[0-9a-fA-F]{1,4}");
    // The groups before and after the `::` that stands for those left out (RFC 4291, 2.2).
    let halves = (1..=6_u8).zip((1..=6_u8).rev());
    let halves =
        halves.map(|(before, after)| format!("({group}:){{1,{before}}}(:{group}){{1,{after}}}"));
    let rest = [
        format!("({group}:){{7}}{group}"),
        format!("({group}:){{1,7}}:"),
        format!(":((:{group}){{1,7}}|:)"),
        format!("::([fF]{{4}}:)?{ipv4}"),
    ];
    let ipv6 = halves.chain(rest).collect::<Vec<_>>().join("|");
    let bits = ["(3[0-2]|[12]?[0-9])", "(12[0-8]|1[01][0-9]|[1-9]?[0-9])"];
    let pattern = format!("^({ipv4}(/{})?|({ipv6})(/{})?)$", bits[0], bits[1]);
    json_schema!({
        "type": ["array", "null"],
        "maxItems": 50,
        "items": {"type": "string", "pattern": pattern},
        "examples": [["203.0.113.0/24", "2001:db8::1"]],
    })
}

fn mode_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "null"], "enum": ["live", "sandbox", null]})
}

pub(crate) fn some_scopes_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = scopes_schema(generator);
    schema.insert("type".to_owned(), serde_json::json!(["array", "null"]));
    schema.insert("maxItems".to_owned(), 64.into());
    schema
}

pub(crate) fn scopes_schema(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    json_schema!({"type": "array", "items": {"type": "string", "enum": words}})
}

/// The public beginning of a key's token.
#[must_use]
pub fn shown_prefix(token: &Token, fixed: &str) -> String {
    token.expose().chars().take(fixed.len() + SHOWN).collect()
}

/// A key as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiKeyOut {
    id: Text<CredentialId>,
    #[schemars(extend("const" = "api_key"))]
    object: &'static str,
    name: String,
    /// The beginning of its token.
    prefix: String,
    /// The end of its token.
    last4: String,
    #[schemars(schema_with = "scopes_schema")]
    scopes: Vec<&'static str>,
    #[schemars(schema_with = "mode_schema")]
    mode: Option<&'static str>,
    ip_allowlist: Vec<String>,
    #[schemars(extend("enum" = ["active", "revoked", "expired"]))]
    status: &'static str,
    metadata: MetadataOut,
    expires_at: Option<Text<Timestamp>>,
    last_used_at: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    /// The whole token; shown in the one answer that makes the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    key: Option<String>,
}

impl ApiKeyOut {
    /// The key as lists show it.
    #[must_use]
    pub fn new(key: &Credential, last_used_at: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            id: Text(key.id),
            object: "api_key",
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            last4: key.last4.clone(),
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            mode: key.mode.map(Book::as_str),
            ip_allowlist: key.allowed.entries().collect(),
            status: key.status(now).as_str(),
            metadata: MetadataOut::from(&key.metadata),
            expires_at: key.expires_at.map(Text),
            last_used_at: last_used_at.map(Text),
            created_at: Text(key.created_at),
            updated_at: Text(key.updated_at),
            key: None,
        }
    }

    /// The key with its token, for the one answer that shows it.
    #[must_use]
    pub fn with_token(key: &Credential, token: &Token) -> Self {
        Self { key: Some(token.expose().to_owned()), ..Self::new(key, None, key.created_at) }
    }
}
