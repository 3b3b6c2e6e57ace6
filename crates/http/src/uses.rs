//! When credentials were last used. Noting it per request would cost a write each, so it is
//! gathered here and written in sets.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cardium_kernel::{CredentialId, Timestamp};

/// The most credentials waiting to be written; a worker empties the map every second. Beyond
/// it a use goes unnoted, and the next one is noted again.
const MOST: usize = 10_000;

/// Last uses that are not written yet.
#[derive(Debug, Default)]
pub struct CredentialUses(Mutex<Uses>);

#[derive(Debug, Default)]
struct Uses {
    gathered: HashMap<CredentialId, Timestamp>,
    /// Handed out and, until more is asked for, perhaps not written yet.
    handed_out: HashMap<CredentialId, Timestamp>,
}

impl CredentialUses {
    pub(crate) fn record(&self, credential: CredentialId, now: Timestamp) {
        let gathered = &mut self.lock().gathered;
        if gathered.len() < MOST || gathered.contains_key(&credential) {
            gathered.insert(credential, now);
        }
    }

    pub(crate) fn last(&self, credential: CredentialId) -> Option<Timestamp> {
        let uses = self.lock();
        let found = uses.gathered.get(&credential).or_else(|| uses.handed_out.get(&credential));
        found.copied()
    }

    /// Takes up to `most` uses out, in order of credential, for
    /// [`cardium_app::upkeep::RecordUses`]. Those taken out before must have been written.
    #[must_use]
    pub fn drain(&self, most: usize) -> Vec<(CredentialId, Timestamp)> {
        let mut uses = self.lock();
        let mut taken: Vec<_> = uses.gathered.iter().map(|(id, at)| (*id, *at)).collect();
        taken.sort_unstable();
        taken.truncate(most);
        for (id, _) in &taken {
            uses.gathered.remove(id);
        }
        uses.handed_out = taken.iter().copied().collect();
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Uses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_handed_out_once_and_in_sets() {
        let uses = CredentialUses::default();
        for second in 0..5 {
            let id = CredentialId::new(u128::try_from(second % 3).unwrap());
            uses.record(id, Timestamp::from_unix_seconds(second));
        }
        let first = uses.drain(2);
        assert_eq!(first[0], (CredentialId::new(0), Timestamp::from_unix_seconds(3)));
        assert_eq!((first.len(), uses.drain(2).len(), uses.drain(2).len()), (2, 1, 0));
    }

    #[test]
    fn a_use_is_known_until_it_is_written() {
        let (uses, id) = (CredentialUses::default(), CredentialId::new(1));
        let now = Timestamp::from_unix_seconds(5);
        uses.record(id, now);
        assert_eq!(uses.drain(10), [(id, now)]);
        assert_eq!(uses.last(id), Some(now));
        assert_eq!(uses.drain(10), []);
        assert_eq!(uses.last(id), None);
    }
}
