//! OAuth clients.

use cardium_auth::oauth::{ClientRules, PrivateSchemes};
use serde::{Deserialize, Deserializer, de::Error};

/// OAuth clients.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// The private-use schemes of redirect URIs.
    #[serde(deserialize_with = "schemes")]
    pub private_schemes: PrivateSchemes,
}

impl OAuth {
    /// What clients are held to.
    #[must_use]
    pub fn rules(&self) -> ClientRules {
        ClientRules { schemes: self.private_schemes.clone() }
    }
}

/// A list in a file is one, and in the environment text with commas between.
#[derive(Deserialize)]
#[serde(untagged)]
enum Schemes {
    Text(String),
    List(Vec<String>),
}

fn schemes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PrivateSchemes, D::Error> {
    let texts = match Schemes::deserialize(deserializer)? {
        Schemes::List(texts) => texts,
        Schemes::Text(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    let named: Vec<_> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    let wrong = |scheme| format!("oauth.private_schemes: {scheme:?} cannot be allowed");
    PrivateSchemes::try_new(&named).map_err(|scheme| D::Error::custom(wrong(scheme)))
}
