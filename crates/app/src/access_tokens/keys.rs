//! The keys that sign access tokens, and how they take turns.
//!
//! Invariants: at most one key is active and at most one is next; the next one is published for a
//! whole period before it signs; a key that signs no more is published until no token of its own
//! can be valid. Any number of processes may rotate: a row is locked, and what is due is decided
//! on what is found behind the lock. Deliberately absent: opening a sealed key (the edge's).

use std::time::Duration;

use cardium_kernel::{StoreError, Timestamp};
use cardium_vault::{
    KeyRing, SealError, SealRandom, Sealed,
    jwt::{PublicJwk, SigningKey, SigningKeyError},
};

use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase};

/// How long a key signs.
pub const SIGNING_PERIOD: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How long a key that signs no more is still published: no token is believed for longer than an
/// hour, and processes take seconds to notice a rotation.
pub const RETIRING_PERIOD: Duration = Duration::from_secs(2 * 3_600);

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and does not sign yet.
    Next,
    /// Signs.
    Active,
    /// Signed, and is still published.
    Retiring,
}

impl KeyState {
    const ALL: [Self; 3] = [Self::Next, Self::Active, Self::Retiring];

    /// The state's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthKey {
    /// What tokens are verified with; its id is the key's.
    pub public: PublicJwk,
    /// What tokens are signed with, sealed.
    pub sealed: Sealed,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// From when on it is not published any more.
    pub leaves_at: Option<Timestamp>,
}

impl OauthKey {
    /// Opens the private half.
    ///
    /// # Errors
    /// [`cardium_vault::OpenError`] when the ring does not open it.
    pub fn open(&self, ring: &KeyRing) -> Result<SigningKey, cardium_vault::OpenError> {
        SigningKey::open(&self.sealed, self.public.kid(), ring)
    }

    fn begin(fresh: &FreshKey, state: KeyState, now: Timestamp) -> Self {
        Self {
            public: fresh.public.clone(),
            sealed: fresh.sealed.clone(),
            state,
            created_at: now,
            activated_at: (state == KeyState::Active).then_some(now),
            leaves_at: None,
        }
    }

    fn pass_on(&mut self, now: Timestamp) {
        match self.state {
            KeyState::Next => (self.state, self.activated_at) = (KeyState::Active, Some(now)),
            KeyState::Active => {
                (self.state, self.leaves_at) =
                    (KeyState::Retiring, Some(now.after(RETIRING_PERIOD)));
            }
            KeyState::Retiring => {}
        }
    }
}

/// A key that nobody uses yet.
#[derive(Debug, Clone)]
pub struct FreshKey {
    public: PublicJwk,
    sealed: Sealed,
}

/// Why no key was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FreshKeyError {
    /// The bytes make none.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl FreshKey {
    /// A key out of random bytes, sealed with others.
    ///
    /// # Errors
    /// [`FreshKeyError`].
    pub fn draw(
        ring: &KeyRing,
        random: &[u8; SigningKey::RANDOM_BYTES],
        seal: &[u8; SealRandom::BYTES],
    ) -> Result<Self, FreshKeyError> {
        let key = SigningKey::generate(random)?;
        let sealed = key.seal(ring, SealRandom::from_bytes(seal))?;
        Ok(Self { public: key.public().clone(), sealed })
    }
}

/// Where the keys are kept.
pub trait OauthKeyStore {
    /// All keys, at most a few; no other process changes them before COMMIT.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn take_oauth_keys(&mut self) -> Result<Vec<OauthKey>, StoreError>;

    /// Keeps these keys and no other.
    ///
    /// # Errors
    /// When the rows cannot be written.
    fn replace_oauth_keys(&mut self, keys: &[OauthKey], now: Timestamp) -> Result<(), StoreError>;
}

/// Why keys take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Their time has come, if it has.
    Due,
    /// The operator wants it; tokens that were made stay valid.
    Now,
    /// A key may be known to others: all of them go at once, and every token with them.
    Compromised,
}

/// Lets the keys take turns; says whether anything changed.
#[derive(Debug, Clone)]
pub struct RotateKeys {
    /// Why.
    pub why: Rotation,
    /// Keys to begin with, where some are missing.
    pub fresh: [FreshKey; 2],
}

impl UseCase for RotateKeys {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let (now, found) = (unit.now(), unit.tx.take_oauth_keys()?);
        let rotated = self.rotate(found.clone(), now);
        if rotated == found {
            return Ok(Ending::Preview(false));
        }
        unit.tx.replace_oauth_keys(&rotated, now)?;
        Ok(Ending::Done(true))
    }
}

impl RotateKeys {
    /// The keys after their turn, given those before it, which nobody else may be changing.
    #[must_use]
    pub fn rotate(&self, keys: Vec<OauthKey>, now: Timestamp) -> Vec<OauthKey> {
        let mut keys = match self.why {
            Rotation::Compromised => Vec::new(),
            Rotation::Due | Rotation::Now => stay(keys, now),
        };
        if self.why == Rotation::Now || is_over(&keys, now) {
            keys.iter_mut().for_each(|key| key.pass_on(now));
        }
        let [first, second] = &self.fresh;
        for (state, fresh) in [(KeyState::Active, first), (KeyState::Next, second)] {
            if !keys.iter().any(|key| key.state == state) {
                keys.push(OauthKey::begin(fresh, state, now));
            }
        }
        keys
    }
}

/// Whether [`Rotation::Due`] would change anything.
#[must_use]
pub fn is_rotation_due(keys: &[OauthKey], now: Timestamp) -> bool {
    let has = |state| keys.iter().any(|key| key.state == state);
    let leaves = stay(keys.to_vec(), now).len() < keys.len();
    !has(KeyState::Active) || !has(KeyState::Next) || leaves || is_over(keys, now)
}

/// Whether no key signs that may go on.
fn is_over(keys: &[OauthKey], now: Timestamp) -> bool {
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    let since = active.and_then(|key| key.activated_at);
    since.is_none_or(|since| now.since(since) >= SIGNING_PERIOD)
}

fn stay(mut keys: Vec<OauthKey>, now: Timestamp) -> Vec<OauthKey> {
    keys.retain(|key| key.leaves_at.is_none_or(|end| now < end));
    keys
}

impl From<FreshKeyError> for CommandError {
    fn from(error: FreshKeyError) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests;
