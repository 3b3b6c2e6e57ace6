//! Credentials: who calls, and whether they may.
//!
//! Reads are decided here, on a look-up that may be up to a second old. Commands are decided
//! again inside their transaction, which re-reads the credential.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{AUTHORIZATION, HeaderMap},
};
use cardium_api_v1::operation::{Access, Operation};
use cardium_app::CommandError;
use cardium_auth::{Credential, CredentialError, CredentialKind, SESSION_IDLE, TokenHash};
use cardium_kernel::{AccountId, CredentialId, ErrorCode, Problem, Timestamp};
use cardium_vault::keyed_hash;
use std::sync::Arc;

use crate::{
    AppState,
    access_tokens::{self, is_access_token},
    acquaintance::Verdict,
    address::origin,
    block::block,
    call::Call,
    challenge::Granted,
    oauth::note_step_up,
    rate_limits::Seen,
};

/// How long a look-up serves further requests: a revocation reaches the reads of every process
/// within this time.
const FRESH: Duration = Duration::from_secs(1);
/// The longest bearer token that is looked up; our own have at most 73 characters. Access tokens
/// are longer and have a bound of their own.
const LONGEST_TOKEN: usize = 256;
/// What our tokens begin with.
const PREFIXES: [&str; 3] = ["sess_", "ccm_live_", "ccm_test_"];

/// A credential with the moment it was last used, as it was looked up.
#[derive(Clone)]
pub struct Found {
    credential: Arc<Credential>,
    last_used: Timestamp,
}

impl Found {
    /// A credential that was looked up elsewhere.
    pub fn new(credential: Credential, last_used: Timestamp) -> Self {
        Self { credential: Arc::new(credential), last_used }
    }

    /// The same, used no earlier than this.
    fn used(self, noted: Option<Timestamp>) -> Self {
        let last_used = noted.map_or(self.last_used, |noted| noted.max(self.last_used));
        Self { last_used, ..self }
    }
}

/// Look-ups of the last second.
pub struct CredentialCache {
    most: usize,
    entries: Mutex<HashMap<[u8; 32], (Instant, Found)>>,
}

impl CredentialCache {
    pub fn new(most: usize) -> Self {
        Self { most, entries: Mutex::default() }
    }

    pub fn find(&self, token: &TokenHash) -> Option<Found> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, found) = entries.get(&token.0)?;
        (at.elapsed() < FRESH).then(|| found.clone())
    }

    pub fn keep(&self, token: &TokenHash, found: &Found) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.most {
            entries.retain(|_, (at, _)| at.elapsed() < FRESH);
        }
        if entries.len() < self.most {
            entries.insert(token.0, (Instant::now(), found.clone()));
        }
    }

    /// Forgets the sessions of an account that just changed its password.
    pub fn forget_account(&self, account: AccountId) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, (_, found)| found.credential.account != account);
    }

    /// Forgets a credential that was just revoked or changed.
    pub fn forget(&self, id: CredentialId) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, (_, found)| found.credential.id != id);
    }
}

/// The caller of an operation; none where anybody may call it. Notes what it may do, for the
/// challenge of a refusal.
///
/// # Errors
/// As [`admit_token`].
pub async fn admit(
    state: &AppState,
    operation: &Operation,
    (request, seen): (&HttpRequest, &Seen),
) -> Result<Option<Arc<Credential>>, CommandError> {
    let token = bearer(request.headers());
    let address = origin(request).address;
    let caller = find_caller(state, operation, token, (address, seen)).await?;
    if let Some(caller) = &caller {
        request.extensions_mut().insert(Granted(caller.scopes));
    }
    let permitted = permit(state, operation, caller.as_ref(), address).await;
    if let (Err(error), Some(caller), Some(scope)) = (&permitted, &caller, operation.access.scope())
        && matches!(error, CommandError::Problem(it) if it.code == ErrorCode::InsufficientScope)
    {
        note_step_up(state, request, (caller, scope)).await;
    }
    permitted?;
    Ok(caller)
}

/// The same for a caller whose token is in hand.
///
/// # Errors
/// `rate_limited`, `invalid_credentials`, `session_expired`, `session_required`,
/// `key_ip_not_allowed` or `insufficient_scope`.
pub async fn admit_token(
    state: &AppState,
    operation: &Operation,
    token: Option<&str>,
    (address, seen): (Option<IpAddr>, &Seen),
) -> Result<Option<Arc<Credential>>, CommandError> {
    let caller = find_caller(state, operation, token, (address, seen)).await?;
    permit(state, operation, caller.as_ref(), address).await?;
    Ok(caller)
}

/// Whom an operation would run for.
async fn find_caller(
    state: &AppState,
    operation: &Operation,
    token: Option<&str>,
    (address, seen): (Option<IpAddr>, &Seen),
) -> Result<Option<Arc<Credential>>, CommandError> {
    if operation.access != Access::Public {
        return Ok(Some(recognize(state, token, (address, seen)).await?));
    }
    if let Some(limits) = &state.rate_limits {
        let counted = limits.count_stranger(address, seen).await;
        // Signing in has a bound of its own that is much lower: whoever asks something else from
        // an owner's address does not keep them from it.
        if operation.id != "sign_in" {
            counted?;
        }
    }
    Ok(None)
}

/// Whose request it is, whatever it is for; it counts.
///
/// # Errors
/// As [`recognize`].
pub async fn recognize_request(
    state: &AppState,
    request: &HttpRequest,
    seen: &Seen,
) -> Result<Arc<Credential>, CommandError> {
    recognize(state, bearer(request.headers()), (origin(request).address, seen)).await
}

/// Whose token it is, whatever it is for; it counts as a request.
///
/// # Errors
/// `rate_limited`, `invalid_credentials`, `session_expired` or `key_ip_not_allowed`.
pub async fn recognize(
    state: &AppState,
    token: Option<&str>,
    (address, seen): (Option<IpAddr>, &Seen),
) -> Result<Arc<Credential>, CommandError> {
    let recognized = recognize_known(state, token, (address, seen)).await;
    if recognized.as_ref().is_err_and(is_stranger)
        && let Some(limits) = &state.rate_limits
    {
        limits.count_stranger(address, seen).await?;
    }
    recognized
}

/// Passes a caller that was recognized to an operation, and counts what that is bounded by.
///
/// # Errors
/// `session_required`, `insufficient_scope` or `rate_limited`.
pub async fn permit(
    state: &AppState,
    operation: &Operation,
    caller: Option<&Arc<Credential>>,
    address: Option<IpAddr>,
) -> Result<(), CommandError> {
    if let Some(caller) = caller {
        operation.admit(caller)?;
        state.uses().record(caller.id, state.wiring.edge.clock.now());
    }
    if let Some(limits) = &state.rate_limits {
        let id = caller.map(|caller| caller.id);
        limits.count_operation(operation, id, address).await?;
    }
    Ok(())
}

/// Passes a caller that waited: its credential may have ended meanwhile, or may do less.
///
/// # Errors
/// As [`admit`], but for the rate limits, which counted the request when it came.
pub async fn admit_again(call: &Call) -> Result<(), CommandError> {
    let credential = call.credential()?;
    let found = match credential.kind {
        CredentialKind::Grant => access_tokens::find_again(&call.state, credential).await?,
        CredentialKind::Session | CredentialKind::ApiKey => {
            find(&call.state, TokenHash(credential.token.0)).await?
        }
    };
    check(&found, call.now(), call.request.address())?;
    Ok(call.operation.admit(&found.credential)?)
}

/// Whether a refusal says that the credential is none, or none for whoever is there.
fn is_stranger(error: &CommandError) -> bool {
    let codes =
        [ErrorCode::InvalidCredentials, ErrorCode::SessionExpired, ErrorCode::KeyIpNotAllowed];
    matches!(error, CommandError::Problem(problem) if codes.contains(&problem.code))
}

/// Whether a refusal says that the credential is none, wherever it comes from.
pub fn has_ended(error: &CommandError) -> bool {
    let codes = [ErrorCode::InvalidCredentials, ErrorCode::SessionExpired];
    matches!(error, CommandError::Problem(problem) if codes.contains(&problem.code))
}

async fn recognize_known(
    state: &AppState,
    token: Option<&str>,
    (address, seen): (Option<IpAddr>, &Seen),
) -> Result<Arc<Credential>, CommandError> {
    let found = match token {
        Some(token) => {
            let hash = keyed_hash(state.wiring.keys.hash(), "token", token.as_bytes());
            look_at(state, (token, TokenHash(hash)), (address, seen)).await?
        }
        None => {
            check_stranger(state, (address, seen))?;
            return Err(unknown().into());
        }
    };
    // Not before: a stolen key that does not pass must not use up what its owner may ask.
    if let Some(limits) = &state.rate_limits {
        limits.count_caller(found.credential.id, seen).await?;
    }
    Ok(found.credential)
}

/// What a token stands for, if it is good here and now. An address whose strangers have asked
/// enough is looked up for no more of them, or guesses would be told from hits and cost a query
/// each; who is no stranger goes by: whose token passed lately, or is signed by us.
async fn look_at(
    state: &AppState,
    (token, hash): (&str, TokenHash),
    from: (Option<IpAddr>, &Seen),
) -> Result<Found, CommandError> {
    let now = state.wiring.edge.clock.now();
    let known = state.acquaintance.find(&hash, now);
    let signed = is_access_token(token);
    if known == Some(Verdict::Ended) || (known.is_none() && !signed) {
        check_stranger(state, from)?;
    }
    let found = match signed {
        true => access_tokens::find(state, token, hash).await,
        false => find(state, hash).await,
    };
    let checked = found.and_then(|found| {
        check(&found, now, from.0)?;
        Ok(found)
    });
    match &checked {
        Ok(_) => state.acquaintance.note(&hash, now, Verdict::Passed),
        Err(error) if known.is_some() && has_ended(error) => {
            state.acquaintance.note(&hash, now, Verdict::Ended);
        }
        Err(_) => {}
    }
    checked
}

/// Refuses an address whose strangers have asked enough.
fn check_stranger(
    state: &AppState,
    (address, seen): (Option<IpAddr>, &Seen),
) -> Result<(), CommandError> {
    match &state.rate_limits {
        Some(limits) => Ok(limits.check_stranger(address, seen)?),
        None => Ok(()),
    }
}

/// The credential with the moment it was really last used: the latest of what was looked up and
/// what is not written down yet.
async fn find(state: &AppState, token: TokenHash) -> Result<Found, CommandError> {
    let found = look_up(state, token).await?;
    let id = found.credential.id;
    let noted = state.uses().last(id);
    let found = found.used(noted);
    if !is_idle(&found.credential, found.last_used, state.wiring.edge.clock.now()) {
        return Ok(found);
    }
    // A use may have been written down since the look-up, which can be a second old.
    state.credentials.forget(id);
    Ok(look_up(state, token).await?.used(noted))
}

/// Whether the credential is a session that nobody used for too long.
fn is_idle(credential: &Credential, last_used: Timestamp, now: Timestamp) -> bool {
    credential.kind == CredentialKind::Session && now.since(last_used) >= SESSION_IDLE
}

/// Passes a credential that works, here and now.
fn check(found: &Found, now: Timestamp, address: Option<IpAddr>) -> Result<(), CredentialError> {
    let credential = &found.credential;
    credential.check(now)?;
    if is_idle(credential, found.last_used, now) {
        return Err(CredentialError::SessionExpired);
    }
    credential.check_address(address)
}

async fn look_up(state: &AppState, token: TokenHash) -> Result<Found, CommandError> {
    if let Some(found) = state.credentials.find(&token) {
        return Ok(found);
    }
    let reads = Arc::clone(&state.wiring.reads);
    let found = block(move || reads.find_credential(&token)).await??;
    let (credential, last_used) = found.ok_or_else(unknown)?;
    let found = Found { credential: Arc::new(credential), last_used };
    state.credentials.keep(&token, &found);
    Ok(found)
}

/// The one bearer token of a request (RFC 6750, section 2.1), if it looks like one of ours.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = values.next().filter(|_| values.next().is_none())?;
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    let ours = PREFIXES.iter().any(|prefix| token.starts_with(prefix));
    let opaque = ours && token.len() <= LONGEST_TOKEN;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    (bearer && (opaque || is_access_token(token))).then_some(token)
}

/// A credential that is none.
pub fn unknown() -> Problem {
    let message = "A valid bearer token is needed in the Authorization header.";
    Problem::new(ErrorCode::InvalidCredentials, message)
}
