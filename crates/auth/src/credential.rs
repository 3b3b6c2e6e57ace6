use std::{net::IpAddr, time::Duration};

use cardium_kernel::{AccountId, Book, CardId, Change, CredentialId, Metadata, Timestamp};

use crate::{AllowList, KeyChange, Scope, ScopeSet, TokenHash, TokenKind, grants::Reach};

/// A session unused for this long ends.
pub const SESSION_IDLE: Duration = Duration::from_secs(12 * 3_600);
/// A session ends after this long in any case.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How recent a password check must be for an operation that asks for one.
pub const STEP_UP_WINDOW: Duration = Duration::from_secs(10 * 60);

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// Interactive, short-lived, may do everything.
    Session,
    /// Long-lived, for servers.
    ApiKey,
    /// What an owner granted an OAuth client; it is presented as an access token of its own.
    Grant,
}

/// Whether an API key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// Somebody ended it.
    Revoked,
    /// Its time is over.
    Expired,
}

impl KeyStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Revoked, Self::Expired];

    /// The status's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The stored facts of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The credential's id.
    pub id: CredentialId,
    /// Whom it speaks for.
    pub account: AccountId,
    /// Session or API key.
    pub kind: CredentialKind,
    /// The keyed hash of its token.
    pub token: TokenHash,
    /// What its owner calls it; empty for sessions.
    pub name: String,
    /// The token's public prefix, such as `ccm_live_`.
    pub prefix: String,
    /// The token's last four characters.
    pub last4: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// The book it is bound to, if any.
    pub mode: Option<Book>,
    /// Where it may be used from.
    pub allowed: AllowList,
    /// Its owner's own notes.
    pub metadata: Metadata,
    /// Which generation of the account's sessions it is of; zero for API keys, which outlive all.
    pub generation: i64,
    /// When it was made; for a session, when the password was checked.
    pub created_at: Timestamp,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it last changed; using it is no change.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// Why a credential does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// It was revoked, or an API key's time is over.
    #[error("the credential is no longer valid")]
    Invalid,
    /// A session that was valid has timed out.
    #[error("the session has expired")]
    SessionExpired,
    /// An API key asked for what only a session may.
    #[error("a signed-in session is needed")]
    SessionRequired,
    /// The password was checked too long ago.
    #[error("sign in again to do this")]
    StepUpRequired,
    /// The scope is not among its own.
    #[error("the scope {} is needed", .0.as_str())]
    InsufficientScope(Scope),
    /// A key of the sandbox asked for live money.
    #[error("a test key works in the sandbox only")]
    OtherBook,
    /// A grant that is narrowed to some cards asked for what is about all of them.
    #[error("this grant is narrowed to cards, and the operation is about all of them")]
    Narrowed,
    /// It may not be used from where the request came.
    #[error("the API key may not be used from this address")]
    AddressNotAllowed,
}

/// A session, an API key or a grant as it is presented. Its record can be read; only commands
/// change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential(CredentialRecord, Option<Vec<CardId>>);

impl std::ops::Deref for Credential {
    type Target = CredentialRecord;

    fn deref(&self) -> &CredentialRecord {
        &self.0
    }
}

impl Credential {
    /// A new credential, or one read back from storage.
    #[must_use]
    pub const fn restore(record: CredentialRecord) -> Self {
        Self(record, None)
    }

    /// The same, as a grant presents it that reaches these cards only; none for all of them. It is
    /// not stored: the grant knows.
    #[must_use]
    pub fn narrowed_to(self, cards: Option<Vec<CardId>>) -> Self {
        Self(self.0, cards)
    }

    /// The only cards that it reaches; none where it reaches all.
    #[must_use]
    pub fn cards(&self) -> Option<&[CardId]> {
        self.1.as_deref()
    }

    /// Whether it reaches a card.
    #[must_use]
    pub fn reaches_card(&self, card: CardId) -> bool {
        self.cards().is_none_or(|cards| cards.contains(&card))
    }

    /// Passes an operation that it is not too narrow for.
    ///
    /// # Errors
    /// [`CredentialError::Narrowed`].
    pub fn check_reach(&self, reach: Reach) -> Result<(), CredentialError> {
        let refused = reach == Reach::All && self.cards().is_some();
        if refused { Err(CredentialError::Narrowed) } else { Ok(()) }
    }

    /// Whether it works at this moment.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => KeyStatus::Revoked,
            (None, Some(end)) if end <= now => KeyStatus::Expired,
            (None, _) => KeyStatus::Active,
        }
    }

    /// Passes a credential that is neither revoked nor expired.
    ///
    /// # Errors
    /// [`CredentialError::Invalid`] or [`CredentialError::SessionExpired`].
    pub fn check(&self, now: Timestamp) -> Result<(), CredentialError> {
        if self.revoked_at.is_some() {
            return Err(CredentialError::Invalid);
        }
        match (self.expires_at, self.kind) {
            (Some(end), CredentialKind::Session) if end <= now => {
                Err(CredentialError::SessionExpired)
            }
            (Some(end), CredentialKind::ApiKey | CredentialKind::Grant) if end <= now => {
                Err(CredentialError::Invalid)
            }
            _ => Ok(()),
        }
    }

    /// Passes a request from this address.
    ///
    /// # Errors
    /// [`CredentialError::AddressNotAllowed`].
    pub fn check_address(&self, address: Option<IpAddr>) -> Result<(), CredentialError> {
        let allowed = self.allowed.allows(address);
        if allowed { Ok(()) } else { Err(CredentialError::AddressNotAllowed) }
    }

    /// Passes a session that no password change has ended, given the account's generation.
    ///
    /// # Errors
    /// [`CredentialError::Invalid`].
    pub fn check_generation(&self, current: i64) -> Result<(), CredentialError> {
        let ended = self.kind == CredentialKind::Session && self.generation != current;
        if ended { Err(CredentialError::Invalid) } else { Ok(()) }
    }

    /// Takes the session along into a new generation: its owner changed the password with it.
    pub fn renew(&mut self, generation: i64, now: Timestamp) {
        self.0.generation = generation;
        self.touch(now);
    }

    /// Passes a credential that holds the scope.
    ///
    /// # Errors
    /// [`CredentialError::InsufficientScope`].
    pub fn check_scope(&self, scope: Scope) -> Result<(), CredentialError> {
        let held = self.scopes.allows(scope);
        if held { Ok(()) } else { Err(CredentialError::InsufficientScope(scope)) }
    }

    /// Passes a session.
    ///
    /// # Errors
    /// [`CredentialError::SessionRequired`].
    pub fn check_session(&self) -> Result<(), CredentialError> {
        match self.kind {
            CredentialKind::Session => Ok(()),
            CredentialKind::ApiKey | CredentialKind::Grant => Err(CredentialError::SessionRequired),
        }
    }

    /// Passes a session whose password was checked within [`STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`CredentialError::SessionRequired`] or [`CredentialError::StepUpRequired`].
    pub fn check_step_up(&self, now: Timestamp) -> Result<(), CredentialError> {
        match self.kind {
            CredentialKind::ApiKey | CredentialKind::Grant => Err(CredentialError::SessionRequired),
            CredentialKind::Session if now.since(self.created_at) > STEP_UP_WINDOW => {
                Err(CredentialError::StepUpRequired)
            }
            CredentialKind::Session => Ok(()),
        }
    }

    /// The same credential as an access token presents it: with the scopes that the token and the
    /// grant have in common, for as long as both last.
    #[must_use]
    pub fn presented(&self, scopes: ScopeSet, expires_at: Timestamp) -> Self {
        let mut shown = self.clone();
        shown.0.scopes = self.scopes.common(scopes);
        let own = self.expires_at.unwrap_or(expires_at);
        shown.0.expires_at = Some(own.min(expires_at));
        shown
    }

    /// Gives a grant these scopes: its owner agreed anew, or narrowed it.
    pub fn hold(&mut self, scopes: ScopeSet, now: Timestamp) -> Change {
        if self.scopes == scopes {
            return Change::AlreadyApplied;
        }
        self.0.scopes = scopes;
        self.touch(now);
        Change::Applied
    }

    /// Ends the credential at once.
    pub fn revoke(&mut self, now: Timestamp) -> Change {
        if self.revoked_at.is_some() {
            return Change::AlreadyApplied;
        }
        self.0.revoked_at = Some(now);
        self.touch(now);
        Change::Applied
    }

    /// Whether its token names the sandbox, which holds for ever.
    pub(crate) fn is_sandbox_only(&self) -> bool {
        self.prefix.starts_with(TokenKind::ApiKey(Some(Book::Sandbox)).prefix())
    }

    /// The only book whose objects it may read and change; none where it may both.
    #[must_use]
    pub fn confined_to(&self) -> Option<Book> {
        self.is_sandbox_only().then_some(Book::Sandbox)
    }

    /// Whether the change lets it do, or be used from, or last, more than now.
    #[must_use]
    pub fn is_widened_by(&self, change: &KeyChange) -> bool {
        let more = change.scopes.is_some_and(|scopes| !self.scopes.covers(scopes));
        let farther = change.allowed.as_ref().is_some_and(|list| !self.allowed.covers(list));
        let longer = change.expires_at.is_some_and(|end| match (self.expires_at, end) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => new > old,
        });
        more || farther || longer
    }

    /// Changes its settings.
    pub(crate) fn change(
        &mut self,
        change: KeyChange,
        metadata: Metadata,
        now: Timestamp,
    ) -> Change {
        let old = self.0.clone();
        let new = &mut self.0;
        new.name = change.name.unwrap_or_else(|| old.name.clone());
        new.mode = change.mode.unwrap_or(old.mode);
        new.scopes = change.scopes.unwrap_or(old.scopes);
        new.allowed = change.allowed.unwrap_or_else(|| old.allowed.clone());
        new.expires_at = change.expires_at.unwrap_or(old.expires_at);
        new.metadata = metadata;
        if *new == old {
            return Change::AlreadyApplied;
        }
        self.touch(now);
        Change::Applied
    }

    /// Ends it by this moment, unless it ends earlier in any case.
    pub(crate) fn end_by(&mut self, end: Timestamp, now: Timestamp) {
        self.0.expires_at = Some(self.expires_at.map_or(end, |own| own.min(end)));
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now;
        self.0.version = self.version.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(kind: CredentialKind) -> Credential {
        Credential::restore(CredentialRecord {
            id: CredentialId::new(256),
            account: AccountId::new(512),
            kind,
            token: TokenHash([0; 32]),
            name: String::new(),
            prefix: String::new(),
            last4: String::new(),
            scopes: [Scope::CardRead].into_iter().collect(),
            mode: None,
            allowed: AllowList::default(),
            metadata: Metadata::default(),
            generation: 0,
            created_at: Timestamp::from_unix_seconds(0),
            expires_at: Some(Timestamp::from_unix_seconds(100)),
            revoked_at: None,
            updated_at: Timestamp::from_unix_seconds(0),
            version: 1,
        })
    }

    #[test]
    fn only_sessions_say_that_they_expired() {
        let late = Timestamp::from_unix_seconds(100);
        let session = credential(CredentialKind::Session).check(late);
        assert_eq!(session, Err(CredentialError::SessionExpired));
        let key = credential(CredentialKind::ApiKey).check(late);
        assert_eq!(key, Err(CredentialError::Invalid));
    }

    #[test]
    fn revoking_is_final_and_repeatable() {
        let now = Timestamp::from_unix_seconds(1);
        let mut key = credential(CredentialKind::ApiKey);
        assert_eq!(key.revoke(now), Change::Applied);
        assert_eq!(key.revoke(now), Change::AlreadyApplied);
        assert_eq!(key.check(now), Err(CredentialError::Invalid));
    }

    #[test]
    fn a_new_generation_ends_sessions_but_those_taken_along() {
        let mut session = credential(CredentialKind::Session);
        assert_eq!(session.check_generation(0), Ok(()));
        assert_eq!(session.check_generation(1), Err(CredentialError::Invalid));
        session.renew(1, Timestamp::from_unix_seconds(1));
        assert_eq!((session.check_generation(1), session.version), (Ok(()), 2));
        assert_eq!(credential(CredentialKind::ApiKey).check_generation(1), Ok(()));
    }

    #[test]
    fn step_up_needs_a_fresh_session() {
        let fresh = Timestamp::from_unix_seconds(600);
        let session = credential(CredentialKind::Session);
        assert_eq!(session.check_step_up(fresh), Ok(()));
        let stale = Timestamp::from_unix_seconds(601);
        assert_eq!(session.check_step_up(stale), Err(CredentialError::StepUpRequired));
        let key = credential(CredentialKind::ApiKey);
        assert_eq!(key.check_step_up(fresh), Err(CredentialError::SessionRequired));
    }

    #[test]
    fn scopes_are_checked() {
        let key = credential(CredentialKind::ApiKey);
        assert_eq!(key.check_scope(Scope::CardRead), Ok(()));
        assert!(key.check_scope(Scope::CardFund).is_err());
    }
}
