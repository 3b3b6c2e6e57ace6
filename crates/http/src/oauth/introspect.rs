//! Tokens are given back (RFC 7009) and asked about (RFC 7662), by the client that they were given
//! to. Only a client that proves itself is told about tokens. What is no token of that client looks
//! the same as what is none at all.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use cardium_app::{
    CommandError,
    access_tokens::AccessClaims,
    oauth::{Line, RevokeByToken},
};
use cardium_auth::oauth::{
    AuthMethod, Client, OAuthError, OAuthErrorCode, Parameters, RefreshToken, SecretKind,
};
use cardium_kernel::{CredentialId, ErrorCode, GrantId};
use serde_json::{Value, json};

use super::{
    Outcome,
    answer::{Refusal, private, read_form, settle},
    clients::{authenticate, look, perform},
    secrets,
};
use crate::{AppState, access_tokens, address::origin, base::issuer, rate_limits::Seen};

/// The longest token that is looked at.
const LONGEST: usize = 4_096;

/// A token, by what was found of it.
enum Found {
    Access(AccessClaims),
    Refresh(RefreshToken),
}

impl Found {
    fn grant(&self) -> GrantId {
        match self {
            Self::Access(token) => token.grant,
            Self::Refresh(token) => token.grant,
        }
    }

    fn client(&self) -> &str {
        match self {
            Self::Access(token) => &token.client_id,
            Self::Refresh(token) => &token.client,
        }
    }
}

/// Gives a token back: its grant ends.
pub async fn revoke(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    settle(try_revoke(&state, &request, payload).await, &request)
}

async fn try_revoke(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Outcome {
    let (client, body) = caller((state, request), payload).await?;
    if let Some(found) = named(state, &client, &body).await? {
        let grant = found.grant();
        let view = look(state, move |reads| reads.find_grant(grant)).await?;
        // A grant that has ended has nothing to give back.
        if let Some(view) = view.filter(|view| view.grant.ended_at.is_none()) {
            let line = Line { grant, account: view.grant.account };
            let revoke = RevokeByToken { line, client: client.id.clone() };
            perform(state, request, revoke).await?;
            state.credentials.forget(CredentialId::new(grant.value()));
        }
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    Ok(response.finish())
}

/// Says what a token is good for.
pub async fn introspect(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    settle(try_introspect(&state, &request, payload).await, &request)
}

async fn try_introspect(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Outcome {
    let base = issuer(state, request)?;
    let (client, body) = caller((state, request), payload).await?;
    if client.details.method() == AuthMethod::None {
        if let Some(limits) = &state.rate_limits {
            limits.count_stranger(origin(request).address, &Seen::default()).await?;
        }
        // RFC 7662 section 2.1: whoever found a token is not told what it is good for.
        let message = "Only a client with a secret is told about tokens.";
        return Err(OAuthError::new(OAuthErrorCode::InvalidClient, message).into());
    }
    let shown = match named(state, &client, &body).await? {
        Some(found) => describe(state, &base, found).await?,
        None => None,
    };
    let body = shown.unwrap_or_else(|| json!({"active": false}));
    Ok(private(&mut HttpResponse::Ok(), &body))
}

/// Who asks, and what.
async fn caller(
    (state, request): (&AppState, &HttpRequest),
    payload: web::Payload,
) -> Result<(Client, Parameters), Refusal> {
    // Nobody is served at a host that is not ours.
    issuer(state, request)?;
    let body = read_form((state, request), payload).await?;
    body.check()?;
    let client = authenticate(state, request, &body).await?;
    Ok((client, body))
}

/// The token that a client names, if it is its own.
async fn named(
    state: &AppState,
    client: &Client,
    body: &Parameters,
) -> Result<Option<Found>, Refusal> {
    let text = body.get("token")?;
    let found = if text.len() > LONGEST { None } else { find(state, text).await? };
    Ok(found.filter(|found| found.client() == client.id))
}

async fn find(state: &AppState, text: &str) -> Result<Option<Found>, Refusal> {
    let hash = secrets::hash(&state.wiring, SecretKind::Refresh, text);
    let refresh = look(state, move |reads| reads.find_refresh(&hash)).await?;
    if let Some(refresh) = refresh {
        return Ok(Some(Found::Refresh(refresh)));
    }
    if !access_tokens::is_access_token(text) {
        return Ok(None);
    }
    match access_tokens::read(state, text).await {
        Ok(claims) => Ok(Some(Found::Access(claims))),
        Err(CommandError::Problem(problem)) if problem.code == ErrorCode::InvalidCredentials => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

async fn describe(state: &AppState, base: &str, found: Found) -> Result<Option<Value>, Refusal> {
    let (grant, now) = (found.grant(), state.wiring.edge.clock.now());
    let view = look(state, move |reads| reads.find_grant(grant)).await?;
    let Some(view) = view.filter(|view| view.credential.check(now).is_ok()) else {
        return Ok(None);
    };
    Ok(match found {
        Found::Access(token) => {
            let scopes = token.scopes.common(view.credential.scopes);
            let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            Some(json!({
                "active": true,
                "token_type": "Bearer",
                "client_id": token.client_id,
                "scope": words.join(" "),
                "iss": base,
                "sub": token.account.to_string(),
                "aud": [format!("{base}/v1"), format!("{base}/mcp")],
                "exp": token.expires_at.unix_seconds(),
                "iat": token.issued_at.unix_seconds(),
                "jti": token.id,
            }))
        }
        Found::Refresh(token) if token.used_at.is_some() || token.is_over(now) => None,
        Found::Refresh(token) => Some(json!({
            "active": true,
            "token_type": "refresh_token",
            "client_id": token.client,
            "scope": token.scope,
            "iss": base,
            "sub": view.grant.account.to_string(),
            "exp": token.idle_until().unix_seconds(),
            "iat": token.created_at.unix_seconds(),
        })),
    })
}
