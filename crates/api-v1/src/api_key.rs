//! API keys.

use cardium_auth::{Credential, Scope, ScopeSet, Token};
use cardium_kernel::{Book, CredentialId, Problem, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    field::{invalid, mode, moment, required, word},
    query::Order,
    text::Text,
    word::{KeyStatus, Word},
};
use cardium_app::reads::ByCreation;

/// The characters of a token that its prefix shows, beyond the fixed ones.
const SHOWN: usize = 4;

/// The order of key lists.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| CredentialId::parse(text).map(CredentialId::value),
};

/// A request for a key.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct ApiKeyIn {
    #[validate(length(min = 1, max = 64))]
    #[schemars(required)]
    name: Option<String>,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<String>,
    #[validate(length(max = 64))]
    #[schemars(with = "Option<Vec<Word<Scope>>>")]
    scopes: Option<Vec<String>>,
    #[schemars(with = "Option<Text<Timestamp>>")]
    expires_at: Option<String>,
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
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

impl ApiKeyIn {
    /// The request with typed fields; no scopes named means all of them.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self, now: Timestamp) -> Result<ApiKeyWish, Problem> {
        let expires_at = self.expires_at.map(|text| moment(&text, "expires_at"));
        let expires_at = expires_at.transpose()?;
        if expires_at.is_some_and(|end| end <= now) {
            return Err(invalid("expires_at", "must lie in the future"));
        }
        Ok(ApiKeyWish {
            name: required(self.name, "name")?,
            mode: mode(self.mode.as_deref())?,
            scopes: scopes(self.scopes)?,
            expires_at,
        })
    }
}

fn scopes(names: Option<Vec<String>>) -> Result<ScopeSet, Problem> {
    let Some(names) = names else {
        return Ok(ScopeSet::all());
    };
    let read = |(index, name): (usize, &String)| {
        let param = format!("scopes[{index}]");
        word(name, &param, Scope::parse, "the documented scopes")
    };
    names.iter().enumerate().map(read).collect()
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
    prefix: String,
    last4: String,
    #[schemars(with = "Vec<Word<Scope>>")]
    scopes: Vec<&'static str>,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<&'static str>,
    #[schemars(with = "Word<KeyStatus>")]
    status: &'static str,
    expires_at: Option<Text<Timestamp>>,
    last_used_at: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    key: Option<String>,
}

impl ApiKeyOut {
    /// The key as lists show it.
    #[must_use]
    pub fn new(key: &Credential, last_used_at: Option<Timestamp>, now: Timestamp) -> Self {
        let status = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            (None, _) => "active",
        };
        Self {
            id: Text(key.id),
            object: "api_key",
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            last4: key.last4.clone(),
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            mode: key.mode.map(Book::as_str),
            status,
            expires_at: key.expires_at.map(Text),
            last_used_at: last_used_at.map(Text),
            created_at: Text(key.created_at),
            updated_at: Text(key.revoked_at.unwrap_or(key.created_at)),
            key: None,
        }
    }

    /// The key with its token, for the one answer that shows it.
    #[must_use]
    pub fn with_token(key: &Credential, token: &Token) -> Self {
        Self { key: Some(token.expose().to_owned()), ..Self::new(key, None, key.created_at) }
    }
}
