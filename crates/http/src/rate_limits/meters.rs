//! The counts of everybody who was here lately, in bounded memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cardium_app::quotas::{QuotaShare, QuotaWish};
use cardium_kernel::Timestamp;

use super::{
    penalty::Penalty,
    window::{Sharing, Taken, Terms, Window},
};

/// Counts that are kept at most; each is some hundred bytes.
const MOST: usize = 100_000;
/// Who comes beyond that shares this count.
const CROWD: u128 = 0;
/// A full map is searched for what may go at most once in so long.
const SWEEP: Duration = Duration::from_secs(1);

/// One count with what its owner did before.
struct Meter {
    window: Window,
    penalty: Penalty,
}

/// What a count says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// How much there is in a window.
    pub limit: i64,
    /// How much of it is left.
    pub remaining: i64,
    /// When the window ends.
    pub resets_at: Timestamp,
}

impl From<&Window> for Reading {
    fn from(window: &Window) -> Self {
        let (limit, remaining) = (window.limit(), window.remaining());
        Self { limit, remaining, resets_at: window.ends() }
    }
}

#[derive(Default)]
struct Counts {
    meters: HashMap<u128, Meter>,
    swept: Option<Timestamp>,
}

/// Counts by the identity of rule and subject.
#[derive(Default)]
pub struct Meters(Mutex<Counts>);

impl Meters {
    /// Counts one request, if it may; tells where the count stands.
    pub fn take(
        &self,
        (id, terms): (u128, Terms),
        now: Timestamp,
        sharing: Sharing,
    ) -> (Taken, Reading) {
        let mut counts = self.lock();
        let window = &mut counts.meter((id, terms), now).window;
        let taken = window.take(now, sharing);
        (taken, Reading::from(&*window))
    }

    /// Where a count stands; one that nobody began is not begun.
    pub fn read(&self, (id, terms): (u128, Terms), now: Timestamp) -> Reading {
        let counts = self.lock();
        let known = counts.meters.get(&id).map(|meter| meter.window);
        let mut window = known.unwrap_or_else(|| Window::new(terms, now));
        window.roll(now);
        Reading::from(&window)
    }

    /// Counts a refusal; gives how long to stay away.
    pub fn refuse(&self, key: (u128, Terms), now: Timestamp, wait: Duration) -> Duration {
        self.lock().meter(key, now).penalty.refuse(now, wait)
    }

    /// What to reserve for these counts.
    pub fn wishes(&self, ids: &[u128]) -> Vec<QuotaWish> {
        let mut counts = self.lock();
        let wishes = ids.iter().filter_map(|id| {
            let meter = counts.meters.get_mut(id)?;
            Some(meter.window.wish(*id))
        });
        wishes.collect()
    }

    /// Takes what was reserved for these counts; without shares, that it could not be.
    pub fn settle(&self, ids: &[u128], shares: &[QuotaShare]) {
        let mut counts = self.lock();
        for id in ids {
            let share = shares.iter().find(|share| share.id == *id);
            if let Some(meter) = counts.meters.get_mut(id) {
                meter.window.settle(share);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn meter(&mut self, (id, terms): (u128, Terms), now: Timestamp) -> &mut Meter {
        let known = self.meters.contains_key(&id);
        let id = if known || self.has_room(now) { id } else { CROWD };
        let new = || Meter { window: Window::new(terms, now), penalty: Penalty::default() };
        self.meters.entry(id).or_insert_with(new)
    }

    fn has_room(&mut self, now: Timestamp) -> bool {
        if self.meters.len() >= MOST && self.swept.is_none_or(|swept| now.since(swept) >= SWEEP) {
            self.swept = Some(now);
            self.meters.retain(|_, meter| meter.window.ends() > now || !meter.penalty.is_over(now));
        }
        self.meters.len() < MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_over_makes_room() {
        let terms = Terms { limit: 2, span: Duration::from_secs(60) };
        let at = Timestamp::from_unix_seconds;
        let meters = Meters::default();
        let take = |id, now| meters.take((id, terms), now, Sharing::Alone).0;
        for id in 1..=u128::try_from(MOST).unwrap() {
            assert_eq!(take(id, at(0)), Taken::Spent);
        }
        let crowd: Vec<_> = (1..4).map(|more| take(more << 64, at(1))).collect();
        assert_eq!(crowd, [Taken::Spent, Taken::Spent, Taken::Refused]);
        assert_eq!(take(1, at(1)), Taken::Spent, "who was here before is not crowded");
        assert_eq!(meters.lock().meters.len(), MOST + 1);
        assert_eq!(take(9 << 64, at(61)), Taken::Spent);
        assert_eq!(meters.lock().meters.len(), 1);
    }
}
