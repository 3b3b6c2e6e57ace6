//! Codes and refresh tokens are exchanged (RFC 6749 sections 4.1.3, 5 and 6).

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use cardium_app::{
    access_tokens::AccessClaims,
    oauth::{ExchangeCode, Issued, Line, RefreshTokens},
};
use cardium_auth::{
    Scope, ScopeSet,
    oauth::{
        Client, GrantType, OAuthError, OAuthErrorCode, Parameters, Resource, ResourceSet,
        SecretKind, TokenRequest,
    },
};
use cardium_kernel::CredentialId;
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::{
    Outcome,
    answer::{Refusal, private, read_form, settle},
    clients::{authenticate, look, perform},
    secrets,
};
use crate::{
    AppState,
    address::origin,
    base::issuer,
    rate_limits::Seen,
    token_keys::{mint, signer},
};

/// How long an access token lasts, and one that money can be moved with.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
const MONEY_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// Scopes that move money, or lead to it.
const MONEY: [Scope; 4] =
    [Scope::CardFund, Scope::CardIssue, Scope::CardRevealPan, Scope::WithdrawalCreate];

/// Exchanges.
pub async fn exchange(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    settle(try_exchange(&state, &request, payload).await, &request)
}

async fn try_exchange(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Outcome {
    let base = issuer(state, request)?;
    let body = read_form((state, request), payload).await?;
    body.check()?;
    let client = authenticate(state, request, &body).await?;
    let wanted = TokenRequest::read(&body)?;
    wanted.check(&client)?;
    let resource = resource(&body, &base)?;
    // Before a code is used up for tokens that could not be signed.
    signer(state).await?;
    let done = match wanted {
        TokenRequest::Code { code, redirect_uri, verifier } => {
            let brought = (code, redirect_uri, verifier, resource);
            by_code((state, request), &client, brought).await
        }
        TokenRequest::Refresh { token, scope } => {
            by_refresh((state, request), &client, (token, scope)).await
        }
    };
    if let (Some(limits), Err(Refusal::OAuth(_))) = (&state.rate_limits, &done) {
        limits.count_stranger(origin(request).address, &Seen::default()).await?;
    }
    let (issued, refresh) = done?;
    respond(state, &base, (&client, issued, refresh)).await
}

/// What the tokens shall be for, where the client says.
fn resource(body: &Parameters, base: &str) -> Result<Option<Resource>, OAuthError> {
    let named = body.resources();
    let resource = ResourceSet::new(base.to_owned()).parse(&named)?;
    Ok((!named.is_empty()).then_some(resource))
}

type Brought = (String, Option<String>, String, Option<Resource>);

async fn by_code(
    (state, request): (&AppState, &HttpRequest),
    client: &Client,
    (code, redirect_uri, verifier, resource): Brought,
) -> Result<(Issued, Option<String>), Refusal> {
    let hash = secrets::hash(&state.wiring, SecretKind::Code, &code);
    let line = look(state, move |reads| reads.find_code_line(&hash)).await?;
    let line = known(line, "The code is not known.")?;
    let refreshes = client.details.may_use(GrantType::RefreshToken);
    let refresh = refreshes.then(|| secrets::new(&state.wiring, SecretKind::Refresh));
    let exchange = ExchangeCode {
        code: hash,
        line,
        client: client.id.clone(),
        redirect_uri,
        verifier,
        resource,
        refresh: refresh.as_ref().map(|(_, hash)| *hash),
    };
    let exchanged = perform(state, request, exchange).await?;
    state.credentials.forget(CredentialId::new(line.grant.value()));
    Ok((exchanged?, refresh.map(|(text, _)| text)))
}

async fn by_refresh(
    (state, request): (&AppState, &HttpRequest),
    client: &Client,
    (token, scope): (String, Option<String>),
) -> Result<(Issued, Option<String>), Refusal> {
    let hash = secrets::hash(&state.wiring, SecretKind::Refresh, &token);
    let line = look(state, move |reads| reads.find_refresh_line(&hash)).await?;
    let line = known(line, "The refresh token is not known.")?;
    let grant = CredentialId::new(line.grant.value());
    if let Some(limits) = &state.rate_limits {
        // Whoever refreshes asks as their grant does elsewhere, from whichever address.
        limits.count_caller(grant, &Seen::default()).await?;
    }
    let (next, next_hash) = secrets::new(&state.wiring, SecretKind::Refresh);
    let refresh =
        RefreshTokens { token: hash, line, client: client.id.clone(), scope, next: next_hash };
    let exchanged = perform(state, request, refresh).await?;
    state.credentials.forget(grant);
    Ok((exchanged?, Some(next)))
}

fn known(line: Option<Line>, message: &'static str) -> Result<Line, OAuthError> {
    line.ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidGrant, message))
}

async fn respond(
    state: &AppState,
    issuer: &str,
    (client, issued, refresh): (&Client, Issued, Option<String>),
) -> Outcome {
    let wiring = &state.wiring;
    let (now, scopes) = (wiring.edge.clock.now(), issued.scope.scopes());
    let lifetime = lifetime(scopes);
    let claims = AccessClaims {
        id: BASE64URL_NOPAD.encode(&wiring.edge.random::<16>()),
        account: issued.account,
        grant: issued.grant,
        client_id: client.id.clone(),
        scopes,
        issued_at: now,
        expires_at: now.after(lifetime),
    };
    let access = mint(state, issuer, &claims).await?;
    let mut body = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": lifetime.as_secs(),
        "scope": issued.scope.text(),
    });
    if let (Some(refresh), Some(object)) = (refresh, body.as_object_mut()) {
        object.insert("refresh_token".to_owned(), refresh.into());
    }
    Ok(private(&mut HttpResponse::Ok(), &body))
}

fn lifetime(scopes: ScopeSet) -> Duration {
    let money = MONEY.iter().any(|scope| scopes.allows(*scope));
    if money { MONEY_LIFETIME } else { LIFETIME }
}
