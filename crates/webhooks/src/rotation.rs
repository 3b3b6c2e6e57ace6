//! How an endpoint's signing secret is replaced: the new one signs beside the old one until its
//! owner confirms it or the overlap is over.
//!
//! Invariants: from the moment on that the next secret was given, it is the active one, whatever
//! the row still says: nothing has to run for it. The old one is gone with the row's next change.

use std::time::Duration;

use cardium_kernel::Timestamp;

use crate::{Endpoint, NextSecret, Signers, WebhookError};

/// How long both secrets sign unless a request says otherwise.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(24 * 3_600);
/// The longest: a week is enough for any release, and an old secret should not live for ever.
pub const OVERLAP_MAXIMUM: Duration = Duration::from_secs(168 * 3_600);

impl Endpoint {
    /// Lets this sealed secret take over after `overlap`; without one, at once. It takes the place
    /// of a secret that was about to; the active one stays.
    pub fn rotate(&mut self, sealed: Vec<u8>, overlap: Duration, now: Timestamp) {
        self.settle_secret(now);
        self.next_secret = Some(NextSecret { sealed, from: now.after(overlap) });
        self.touch(now);
    }

    /// Lets the next secret take over now.
    ///
    /// # Errors
    /// [`WebhookError::NoRotation`] when there is none, or it took over already.
    pub fn confirm(&mut self, now: Timestamp) -> Result<(), WebhookError> {
        let running = self.next_secret.as_mut().filter(|next| next.from > now);
        running.ok_or(WebhookError::NoRotation)?.from = now;
        self.touch(now);
        Ok(())
    }

    /// The sealed secrets that sign at a moment.
    #[must_use]
    pub fn signers_at(&self, now: Timestamp) -> Signers<&[u8]> {
        match &self.next_secret {
            None => Signers { active: &self.secret, next: None },
            Some(next) if next.from <= now => Signers { active: &next.sealed, next: None },
            Some(next) => Signers { active: &self.secret, next: Some(&next.sealed) },
        }
    }

    /// When the next secret takes over, if one is still to.
    #[must_use]
    pub fn takes_over_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.next_secret.as_ref().map(|next| next.from).filter(|from| *from > now)
    }

    /// Makes the next secret the active one in the row as well, once it is. Both are sealed for
    /// the same endpoint and purpose, so the bytes move as they are.
    pub(crate) fn settle_secret(&mut self, now: Timestamp) {
        if let Some(next) = self.next_secret.take_if(|next| next.from <= now) {
            self.secret = next.sealed;
        }
    }
}

#[cfg(test)]
mod tests;
