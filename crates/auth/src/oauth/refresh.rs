//! Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14.2).
//!
//! Invariants: a token is good until it was used; then for a short time still, because processes of
//! one client race each other; whoever brings it later shows that two hold it, and all tokens of
//! the grant go. A refresh never gives more than was given first. Deliberately absent: a secret
//! that a successor could be computed from.

use std::time::Duration;

use cardium_kernel::{GrantId, Timestamp};

use super::{
    error::{OAuthError, invalid_grant},
    scope_request::ScopeRequest,
};

/// A token that nobody used for this long is over.
pub const REFRESH_IDLE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// After this long its owner is asked again in any case.
pub const REFRESH_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How long after its first use a token is still answered.
pub const REFRESH_GRACE: Duration = Duration::from_secs(120);
/// How long after its first use a token is still known.
const REFRESH_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How many successors a token has at most, the first not counted.
pub const REFRESH_SIBLINGS: i64 = 5;

/// How many unused tokens of a line are good, the newest ones: each process of a client has one,
/// and no client has more processes by far. Others were made by whoever lost what it was given.
pub const REFRESH_UNUSED: i64 = 20;

/// The stored facts of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshRecord {
    /// The token's keyed hash.
    pub hash: [u8; 32],
    /// The grant that it renews.
    pub grant: GrantId,
    /// Whom it was made for.
    pub client: String,
    /// What was given, in the client's words.
    pub scope: String,
    /// When the first of its line was made.
    pub started_at: Timestamp,
    /// When it was made itself.
    pub created_at: Timestamp,
    /// When it was first used, if it was.
    pub used_at: Option<Timestamp>,
    /// How many more successors it got after the first.
    pub siblings: i64,
}

/// What comes with a refresh token.
#[derive(Debug, Clone, Copy)]
pub struct Refresh<'a> {
    /// Who brings it.
    pub client: &'a str,
    /// What the access token shall do, where it says.
    pub scope: Option<&'a str>,
}

/// What a refresh gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// What the access token may do.
    pub scope: ScopeRequest,
}

/// Why a refresh token is not exchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// It was, too long ago or too often: two hold it.
    #[error("the refresh token was used before")]
    Reused,
    /// It is not good, or not like this.
    #[error(transparent)]
    Refused(#[from] OAuthError),
}

/// A refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken(RefreshRecord);

impl std::ops::Deref for RefreshToken {
    type Target = RefreshRecord;

    fn deref(&self) -> &RefreshRecord {
        &self.0
    }
}

impl RefreshToken {
    /// A new token, or one read back from storage.
    #[must_use]
    pub const fn restore(record: RefreshRecord) -> Self {
        Self(record)
    }

    /// When it is over if nobody uses it before.
    #[must_use]
    pub fn idle_until(&self) -> Timestamp {
        let end = self.started_at.after(REFRESH_LIFETIME);
        self.created_at.after(REFRESH_IDLE).min(end)
    }

    /// Until when it is kept: a used one for a day, so that whoever brings it again is known.
    #[must_use]
    pub fn kept_until(&self) -> Timestamp {
        let idle = self.idle_until();
        self.used_at.map_or(idle, |used| used.after(REFRESH_KEPT).min(idle))
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.idle_until() <= now
    }

    /// Uses the token: once, or for a short time a few times more.
    ///
    /// # Errors
    /// As said in [`RefreshError`].
    pub fn rotate(&mut self, with: Refresh<'_>, now: Timestamp) -> Result<Renewal, RefreshError> {
        if self.client != with.client {
            return Err(invalid_grant("The refresh token is not this client's.").into());
        }
        if self.is_over(now) {
            return Err(invalid_grant("The refresh token has expired.").into());
        }
        let racing = self.used_at.is_none_or(|used| now.since(used) < REFRESH_GRACE);
        if !racing || self.siblings >= REFRESH_SIBLINGS {
            return Err(RefreshError::Reused);
        }
        // The grant holds the cards, and they may have changed since.
        let given = ScopeRequest::parse(&self.scope)?.without_cards();
        let scope = ScopeRequest::resolve(with.scope, Some(&given))?;
        match self.used_at {
            None => self.0.used_at = Some(now),
            Some(_) => self.0.siblings = self.siblings.saturating_add(1),
        }
        Ok(Renewal { scope })
    }

    /// The token that takes its place; it lasts no longer than its line, and may do the same
    /// however little this access token was asked for (RFC 6749 section 6).
    #[must_use]
    pub fn successor(&self, hash: [u8; 32], now: Timestamp) -> Self {
        let record = self.0.clone();
        Self(RefreshRecord { hash, created_at: now, used_at: None, siblings: 0, ..record })
    }
}
