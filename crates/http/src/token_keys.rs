//! The keys of access tokens as this process knows them.
//!
//! They are looked up again after [`FRESH`], and early where a token names a key that is not among
//! them: another process may have let them take turns. Invariants: however many tokens name
//! unknown keys, look-ups are [`PAUSE`] apart; one look-up runs at a time; a private key is opened
//! once for as long as it signs. Deliberately absent: the taking of turns
//! (`cardium_app::access_tokens`).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use cardium_app::{
    CommandError,
    access_tokens::{AccessClaims, KeyState, OauthKey, Realm, mint_access_token},
};
use cardium_kernel::{ErrorCode, Problem};
use cardium_vault::{
    KeyRing,
    jwt::{PublicJwk, SigningKey, VerifyingKeys},
};

use url::Url;

use crate::{AppState, base::Base, block::block};

/// How long what is known serves. A key that was dropped as compromised is believed by no process
/// for longer than this.
const FRESH: Duration = Duration::from_secs(10);
/// How long after a look-up a token with an unknown key causes the next.
const PAUSE: Duration = Duration::from_secs(2);

/// What is known of the keys.
#[derive(Debug, Default)]
pub struct KeySet {
    /// What tokens are verified with.
    pub verifying: VerifyingKeys,
    /// What is published, the oldest first.
    pub published: Vec<PublicJwk>,
    signer: Option<Arc<SigningKey>>,
}

/// How much of what is known will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// What is not older than [`FRESH`].
    Known,
    /// A key that is not among them.
    Newer,
}

struct Known {
    keys: Arc<KeySet>,
    read: Instant,
    tried: Instant,
}

/// The latest look-up.
#[derive(Default)]
pub struct TokenKeys {
    known: Mutex<Option<Known>>,
    /// Held by whoever looks up; others wait for what it finds.
    looking: tokio::sync::Mutex<()>,
}

impl TokenKeys {
    fn known<T>(&self, work: impl FnOnce(&mut Option<Known>) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known, if it will do.
    fn find(&self, need: Need) -> Option<Arc<KeySet>> {
        self.known(|known| {
            // Before the first keys are made there is nothing to go on with.
            let known = known.as_ref().filter(|known| !known.keys.published.is_empty())?;
            let fresh = need == Need::Known && known.read.elapsed() < FRESH;
            (fresh || known.tried.elapsed() < PAUSE).then(|| Arc::clone(&known.keys))
        })
    }

    /// Notes that a look-up begins; gives the key that signed so far.
    fn begin(&self) -> Option<Arc<SigningKey>> {
        self.known(|known| {
            let known = known.as_mut()?;
            known.tried = Instant::now();
            known.keys.signer.clone()
        })
    }

    fn keep(&self, keys: &Arc<KeySet>) {
        let now = Instant::now();
        let new = Known { keys: Arc::clone(keys), read: now, tried: now };
        self.known(|known| *known = Some(new));
    }
}

/// The keys that access tokens are verified with.
///
/// # Errors
/// When they cannot be read.
pub async fn token_keys(state: &AppState, need: Need) -> Result<Arc<KeySet>, CommandError> {
    if let Some(keys) = state.token_keys.find(need) {
        return Ok(keys);
    }
    let _only = state.token_keys.looking.lock().await;
    if let Some(keys) = state.token_keys.find(need) {
        return Ok(keys);
    }
    let before = state.token_keys.begin();
    let (reads, vault) = (Arc::clone(&state.wiring.reads), Arc::clone(&state.wiring.keys));
    let keys = block(move || {
        let stored = reads.oauth_keys()?;
        Ok::<_, CommandError>(Arc::new(key_set(&stored, vault.ring(), before)))
    });
    let keys = keys.await??;
    state.token_keys.keep(&keys);
    Ok(keys)
}

fn key_set(stored: &[OauthKey], ring: &KeyRing, before: Option<Arc<SigningKey>>) -> KeySet {
    let published: Vec<_> = stored.iter().map(|key| key.public.clone()).collect();
    let active = stored.iter().find(|key| key.state == KeyState::Active);
    let signer = active.and_then(|key| match before {
        Some(before) if before.kid() == key.public.kid() => Some(before),
        Some(_) | None => open(key, ring),
    });
    KeySet { verifying: VerifyingKeys::new(&published), published, signer }
}

fn open(key: &OauthKey, ring: &KeyRing) -> Option<Arc<SigningKey>> {
    let opened = key.open(ring);
    if opened.is_err() {
        tracing::error!(kid = key.public.kid(), "the key that signs access tokens does not open");
    }
    opened.ok().map(Arc::new)
}

/// An access token of these claims, from this issuer.
///
/// # Errors
/// `service_unavailable` where no key signs, as before the first start's keys are made.
pub async fn mint(
    state: &AppState,
    issuer: &str,
    claims: &AccessClaims,
) -> Result<String, CommandError> {
    let signer = signer(state).await?;
    let minted = mint_access_token(&signer, issuer, claims);
    minted.map_err(|error| CommandError::Internal(error.to_string()))
}

/// The key that signs. Whoever uses something up for a token asks for it before.
///
/// # Errors
/// `service_unavailable`, as for [`mint`].
pub async fn signer(state: &AppState) -> Result<Arc<SigningKey>, CommandError> {
    let keys = token_keys(state, Need::Known).await?;
    let message = "No key signs tokens yet. Try again in a moment.";
    let none = || Problem::new(ErrorCode::ServiceUnavailable, message);
    Ok(keys.signer.clone().ok_or_else(none)?)
}

/// Whose tokens are taken: those of the deployment's one address, or in development those of
/// whatever address of this machine it was reached by.
#[must_use]
pub fn realm(public_url: Option<&Url>) -> Realm {
    match public_url {
        Some(url) => Realm::Fixed(Arc::from(Base::from_url(url).as_str())),
        None => Realm::Where(is_loopback),
    }
}

/// Whether this is the address of a server on this machine, with nothing behind it.
fn is_loopback(url: &str) -> bool {
    let Some((scheme, authority)) = url.split_once("://") else { return false };
    if !matches!(scheme, "http" | "https") {
        return false;
    }
    let hosts = ["127.0.0.1", "localhost", "[::1]"];
    hosts.iter().any(|host| match authority.strip_prefix(host) {
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(is_port),
        None => false,
    })
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_addresses_of_this_machine_are_believed_without_a_setting() {
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:65535",
            "https://127.0.0.1:8080",
            "https://localhost",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "ftp://127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "http://127.0.0.1:",
            "http://127.0.0.1:65536",
            "http://127.0.0.1:+80",
            "http://127.0.0.10",
            "http://localhost.attacker.example",
            "http://localhost@attacker.example",
            "http://attacker.example",
            "localhost:8080",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
