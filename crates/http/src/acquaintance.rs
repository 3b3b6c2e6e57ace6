//! Tokens that passed here lately, by their hashes: strangers at their holder's address do not keep
//! them out.
//!
//! Invariants: nothing is noted before a look-up said what the token is, so nobody fills this by
//! guessing; it has room for [`MOST`] tokens, of which the oldest go first. Deliberately absent:
//! what a token may do. Whoever is known is looked up like everybody else.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use cardium_auth::{SESSION_IDLE, TokenHash};
use cardium_kernel::Timestamp;

/// How long a token is known after it passed: for as long as a session that nobody uses is good.
const KNOWN: Duration = SESSION_IDLE;
/// The most tokens: some 3 MB.
const MOST: usize = 50_000;

/// What came of a token when it was last looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was good.
    Passed,
    /// We made it, but it is good no more.
    Ended,
}

type Notes = HashMap<[u8; 32], (Timestamp, Verdict)>;

/// Tokens that were looked up lately.
pub struct Acquaintance {
    most: usize,
    /// What was noted last, and what was noted before that.
    notes: Mutex<(Notes, Notes)>,
}

impl Default for Acquaintance {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Acquaintance {
    fn new(most: usize) -> Self {
        Self { most, notes: Mutex::default() }
    }

    /// What came of a token when it was last looked up, if that is known.
    pub fn find(&self, token: &TokenHash, now: Timestamp) -> Option<Verdict> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, verdict) = notes.0.get(&token.0).or_else(|| notes.1.get(&token.0))?;
        (now.since(*at) < KNOWN).then_some(*verdict)
    }

    /// Notes what came of a token.
    pub fn note(&self, token: &TokenHash, now: Timestamp, verdict: Verdict) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let (young, old) = &mut *notes;
        if young.len() >= self.most / 2 && !young.contains_key(&token.0) {
            *old = mem::take(young);
        }
        young.insert(token.0, (now, verdict));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);

    #[test]
    fn a_token_is_known_for_as_long_as_an_unused_session_is_good() {
        let (known, token) = (Acquaintance::default(), TokenHash([1; 32]));
        assert_eq!(known.find(&token, NOW), None);
        known.note(&token, NOW, Verdict::Passed);
        let nearly = NOW.after(SESSION_IDLE - Duration::from_secs(1));
        assert_eq!(known.find(&token, nearly), Some(Verdict::Passed));
        assert_eq!(known.find(&token, NOW.after(SESSION_IDLE)), None);
        known.note(&token, nearly, Verdict::Ended);
        assert_eq!(known.find(&token, nearly), Some(Verdict::Ended));
    }

    #[test]
    fn the_oldest_make_room() {
        let known = Acquaintance::new(4);
        for number in 0..=255 {
            known.note(&TokenHash([number; 32]), NOW, Verdict::Passed);
            assert_eq!(known.find(&TokenHash([number; 32]), NOW), Some(Verdict::Passed));
        }
        let left = (0..=255).filter(|number| known.find(&TokenHash([*number; 32]), NOW).is_some());
        assert!(left.count() <= 4);
    }
}
