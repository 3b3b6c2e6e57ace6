//! What a client says of itself, as JSON: in a registration or in a document.

use cardium_api_v1::body::Body;
use cardium_auth::oauth::{
    AuthMethod, Client, ClientMetadata, MetadataDocument, OAuthError, OAuthErrorCode,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The fields of RFC 7591 that are known here; others are ignored, as section 2 wants it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MetadataIn {
    client_id: Option<String>,
    client_secret: Option<Value>,
    client_secret_expires_at: Option<Value>,
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    token_endpoint_auth_methods_supported: Vec<String>,
    scope: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    tos_uri: Option<String>,
    policy_uri: Option<String>,
    contacts: Vec<String>,
    software_id: Option<String>,
    software_version: Option<String>,
}

/// Reads what a client says of itself.
///
/// # Errors
/// `invalid_client_metadata`.
pub fn read(bytes: &[u8]) -> Result<MetadataDocument, OAuthError> {
    // Strictly, so that nobody else reads anything else in it.
    let object = Body::parse(bytes).map_err(|problem| wrong(problem.message))?;
    let object = Value::Object(object.into_fields());
    let read: MetadataIn = serde_json::from_value(object)
        .map_err(|error| wrong(format!("The client metadata cannot be read: {error}.")))?;
    Ok(MetadataDocument {
        client_id: read.client_id,
        has_secret: read.client_secret.is_some() || read.client_secret_expires_at.is_some(),
        methods: read.token_endpoint_auth_methods_supported,
        metadata: ClientMetadata {
            client_name: read.client_name.filter(|name| !name.is_empty()),
            redirect_uris: read.redirect_uris,
            grant_types: read.grant_types,
            response_types: read.response_types,
            token_endpoint_auth_method: read.token_endpoint_auth_method,
            scope: read.scope,
            client_uri: read.client_uri.filter(|uri| !uri.is_empty()),
            logo_uri: read.logo_uri.filter(|uri| !uri.is_empty()),
            tos_uri: read.tos_uri.filter(|uri| !uri.is_empty()),
            policy_uri: read.policy_uri.filter(|uri| !uri.is_empty()),
            contacts: read.contacts,
            software_id: read.software_id.filter(|id| !id.is_empty()),
            software_version: read.software_version.filter(|version| !version.is_empty()),
        },
    })
}

fn wrong(message: String) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClientMetadata, message)
}

/// A client as it registered.
pub fn show(client: &Client) -> Map<String, Value> {
    let metadata = client.details.metadata();
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("client_id", client.id.as_str().into());
    put("client_id_issued_at", client.created_at.unix_seconds().into());
    put("redirect_uris", json!(metadata.redirect_uris));
    put("grant_types", json!(metadata.grant_types));
    put("response_types", json!(metadata.response_types));
    put("token_endpoint_auth_method", client.details.method().as_str().into());
    if client.details.method() != AuthMethod::None {
        put("client_secret_expires_at", 0.into());
    }
    if !metadata.contacts.is_empty() {
        put("contacts", json!(metadata.contacts));
    }
    for (name, text) in [
        ("client_name", &metadata.client_name),
        ("scope", &metadata.scope),
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("tos_uri", &metadata.tos_uri),
        ("policy_uri", &metadata.policy_uri),
        ("software_id", &metadata.software_id),
        ("software_version", &metadata.software_version),
    ] {
        if let Some(text) = text {
            put(name, text.as_str().into());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use cardium_auth::oauth::{ClientRules, DocumentReach, DocumentUrl, GrantType};

    use super::*;

    /// What the documents of clients in the field have beyond the example of the draft.
    const FIELD: [(&str, &str, bool); 3] = [
        (
            "https://editor.example/client.json",
            r#"{
                "client_id": "https://editor.example/client.json",
                "client_name": "An editor",
                "grant_types": [
                    "authorization_code",
                    "refresh_token",
                    "urn:ietf:params:oauth:grant-type:device_code"
                ],
                "response_types": ["code"],
                "redirect_uris": ["https://editor.example/redirect", "http://127.0.0.1:33418/"],
                "token_endpoint_auth_method": "none",
                "application_type": "native"
            }"#,
            true,
        ),
        (
            "https://assistant.example/oauth/client",
            r#"{
                "client_id": "https://assistant.example/oauth/client",
                "client_name": "An assistant",
                "grant_types": [
                    "authorization_code",
                    "refresh_token",
                    "urn:ietf:params:oauth:grant-type:jwt-bearer"
                ],
                "response_types": ["code"],
                "redirect_uris": ["https://assistant.example/api/mcp/auth_callback"],
                "token_endpoint_auth_method": "none"
            }"#,
            true,
        ),
        (
            "https://chat.example/oauth/client.json",
            r#"{
                "client_id": "https://chat.example/oauth/client.json",
                "client_name": "A chat",
                "grant_types": ["authorization_code"],
                "response_types": ["code", "none"],
                "redirect_uris": ["https://chat.example/oauth_redirect"],
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
                "token_endpoint_auth_signing_alg": "RS256",
                "jwks_uri": "https://chat.example/jwks.json"
            }"#,
            false,
        ),
    ];

    #[test]
    fn clients_that_can_do_more_than_is_served_are_known_by_what_is() {
        for (id, text, refreshes) in FIELD {
            let url = DocumentUrl::parse(id, DocumentReach::Https).unwrap();
            let read = read(text.as_bytes()).unwrap();
            let details = read.check(&url, &ClientRules::default());
            let details = details.unwrap_or_else(|error| panic!("{id}: {error:?}"));
            assert_eq!(details.method(), AuthMethod::None, "{id}");
            assert_eq!(details.may_use(GrantType::RefreshToken), refreshes, "{id}");
            let grants = details.metadata().grant_types.clone().unwrap();
            assert!(grants.iter().all(|grant| GrantType::parse(grant).is_some()), "{grants:?}");
        }
    }
}
