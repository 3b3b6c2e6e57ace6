//! What is done to an account's API keys, by whom.
//!
//! Invariants: a session acts on any key of its account, a key on itself only; whatever widens a
//! key, or makes one, asks for its owner's presence; a key that is over stays over.

use std::{collections::BTreeMap, time::Duration};

use cardium_kernel::{
    AccountId, Book, Change, CredentialId, Metadata, MetadataError, StoreError, Timestamp,
};

use crate::{
    AllowList, Credential, CredentialError, CredentialKind, CredentialRecord, CredentialStore,
    KeyStatus, ScopeSet, TokenHash,
};

/// How long a rolled key keeps working where nothing else is said.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(86_400);
/// How long a rolled key keeps working at most.
pub const OVERLAP_MAXIMUM: Duration = Duration::from_secs(7 * 86_400);

/// What is to change of an API key; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyChange {
    /// What its owner calls it.
    pub name: Option<String>,
    /// The book it is bound to, or that it is bound to none.
    pub mode: Option<Option<Book>>,
    /// What it may do.
    pub scopes: Option<ScopeSet>,
    /// Where it may be used from.
    pub allowed: Option<AllowList>,
    /// When it stops working, or that it does not.
    pub expires_at: Option<Option<Timestamp>>,
    /// Its owner's notes.
    pub metadata: NotesChange,
}

/// What is to change of an object's notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotesChange {
    /// These names; one without a value goes.
    Merge(BTreeMap<String, Option<String>>),
    /// All of them go.
    Clear,
}

impl Default for NotesChange {
    fn default() -> Self {
        Self::Merge(BTreeMap::new())
    }
}

/// How the owner's presence was shown, where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// By the session itself, if it is fresh.
    Session,
    /// By a password or a code that came with the request and was found right.
    Proven,
}

impl Presence {
    fn check(self, acting: &Credential, now: Timestamp) -> Result<(), CredentialError> {
        match self {
            Self::Session => acting.check_step_up(now),
            Self::Proven => acting.check_session(),
        }
    }
}

/// What is new about a key that takes another's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Its id.
    pub id: CredentialId,
    /// The hash of its token.
    pub token: TokenHash,
    /// The token's public prefix.
    pub prefix: String,
    /// The token's last four characters.
    pub last4: String,
}

/// Why an API key is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(#[from] CredentialError),
    /// The account has no such key.
    #[error("the account has no such API key")]
    NotFound,
    /// The key is revoked or has expired.
    #[error("the API key is revoked or has expired")]
    NotActive,
    /// The key's token names the sandbox.
    #[error("a key whose token begins with ccm_test_ stays in the sandbox")]
    SandboxOnly,
    /// The notes leave their bounds.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// The account's API key with this id.
///
/// # Errors
/// [`KeyError::NotFound`], also for a session and for somebody else's key.
pub fn find_key(
    store: &mut (impl CredentialStore + ?Sized),
    account: AccountId,
    id: CredentialId,
) -> Result<Credential, KeyError> {
    let found = store.find_credential(id)?;
    let mine = |key: &Credential| key.kind == CredentialKind::ApiKey && key.account == account;
    found.filter(mine).ok_or(KeyError::NotFound)
}

/// Ends a key at once: on behalf of a session, or of the key itself.
///
/// # Errors
/// When there is no such key, or another key asks.
pub fn revoke_key(
    store: &mut (impl CredentialStore + ?Sized),
    acting: &Credential,
    id: CredentialId,
    now: Timestamp,
) -> Result<Change, KeyError> {
    let mut key = find_key(store, acting.account, id)?;
    if acting.kind != CredentialKind::Session && acting.id != id {
        return Err(CredentialError::SessionRequired.into());
    }
    let change = key.revoke(now);
    if change == Change::Applied {
        store.save_credential(key)?;
    }
    Ok(change)
}

/// Changes a key's settings on behalf of a session; what widens the key asks for its owner.
///
/// # Errors
/// When there is no such key, it is over, or the session may not.
pub fn change_key(
    store: &mut (impl CredentialStore + ?Sized),
    (acting, presence): (&Credential, Presence),
    id: CredentialId,
    change: KeyChange,
    now: Timestamp,
) -> Result<(Credential, Change), KeyError> {
    acting.check_session()?;
    let mut key = active_key(store, acting.account, id, now)?;
    if key.is_widened_by(&change) {
        presence.check(acting, now)?;
    }
    if key.is_sandbox_only() && change.mode.is_some_and(|mode| mode != Some(Book::Sandbox)) {
        return Err(KeyError::SandboxOnly);
    }
    let metadata = match &change.metadata {
        NotesChange::Merge(changes) => key.metadata.merged(changes.clone())?,
        NotesChange::Clear => Metadata::default(),
    };
    let changed = key.change(change, metadata, now);
    if changed == Change::Applied {
        store.save_credential(key.clone())?;
    }
    Ok((key, changed))
}

/// Makes a key with the settings of another, which ends when the overlap is over.
///
/// # Errors
/// When there is no such key, it is over, or its owner is not there.
pub fn roll_key(
    store: &mut (impl CredentialStore + ?Sized),
    (acting, presence): (&Credential, Presence),
    id: CredentialId,
    (successor, overlap): (Successor, Duration),
    now: Timestamp,
) -> Result<Credential, KeyError> {
    presence.check(acting, now)?;
    let mut old = active_key(store, acting.account, id, now)?;
    let new = Credential::restore(CredentialRecord {
        id: successor.id,
        token: successor.token,
        prefix: successor.prefix,
        last4: successor.last4,
        created_at: now,
        updated_at: now,
        version: 1,
        ..(*old).clone()
    });
    old.end_by(now.after(overlap.min(OVERLAP_MAXIMUM)), now);
    store.save_credential(old)?;
    store.save_credential(new.clone())?;
    Ok(new)
}

fn active_key(
    store: &mut (impl CredentialStore + ?Sized),
    account: AccountId,
    id: CredentialId,
    now: Timestamp,
) -> Result<Credential, KeyError> {
    let key = find_key(store, account, id)?;
    if key.status(now) == KeyStatus::Active { Ok(key) } else { Err(KeyError::NotActive) }
}

#[cfg(test)]
mod tests;
