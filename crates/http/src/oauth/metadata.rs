//! What clients read first (RFC 8414, RFC 9728).

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use cardium_auth::oauth::{AuthMethod, GrantType, ScopeRequest};
use serde_json::json;

use super::{
    Outcome,
    answer::{settle, shared},
};
use crate::{AppState, base::issuer};

/// How long it may be kept: short, so that a change is seen within minutes.
const FRESH: &str = "public, max-age=300";

/// The authorization server's description.
pub async fn server(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    settle(describe_server(&state, &request), &request)
}

fn describe_server(state: &AppState, request: &HttpRequest) -> Outcome {
    let base = issuer(state, request)?;
    let at = |path: &str| format!("{base}{path}");
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    // Those that prove something.
    let proving = [AuthMethod::Basic, AuthMethod::Post].map(AuthMethod::as_str);
    let body = json!({
        "issuer": base,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "registration_endpoint": at("/oauth/register"),
        "revocation_endpoint": at("/oauth/revoke"),
        "introspection_endpoint": at("/oauth/introspect"),
        "jwks_uri": at("/oauth/jwks"),
        "scopes_supported": ScopeRequest::vocabulary(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": proving,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
        "protected_resources": [at("/mcp"), at("/v1")],
    });
    Ok(shared(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, FRESH)), &body))
}

/// A resource's description: the MCP server's, unless the API's is asked for.
pub async fn resource(state: web::Data<AppState>, request: HttpRequest) -> HttpResponse {
    settle(describe_resource(&state, &request), &request)
}

fn describe_resource(state: &AppState, request: &HttpRequest) -> Outcome {
    let base = issuer(state, request)?;
    let path = if request.path().ends_with("/v1") { "/v1" } else { "/mcp" };
    let body = json!({
        "resource": format!("{base}{path}"),
        "authorization_servers": [base],
        "scopes_supported": ScopeRequest::vocabulary(),
        "bearer_methods_supported": ["header"],
        "resource_name": "Cardium",
    });
    Ok(shared(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, FRESH)), &body))
}
