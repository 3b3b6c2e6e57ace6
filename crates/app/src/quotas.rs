//! What several processes take together of a bounded quantity: so many requests of a caller in a
//! minute, say. A process reserves a block and spends it from memory, so that a request costs no
//! write.
//!
//! Invariants: within one window the shares handed out never exceed the limit, save for what a
//! process had spent before it asked; what is left when a process forgets it is lost until the
//! window ends. Deliberately absent: who a quota belongs to; its id is a digest.

use cardium_kernel::{StoreError, Timestamp};

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, upkeep::SLICE};

/// One block takes at most this part of what is left, so that little is stranded where several
/// processes reach the end of a quota together.
const PART: i64 = 10;

/// A window of time with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaWindow {
    /// When it began.
    pub starts: Timestamp,
    /// When it is over.
    pub ends: Timestamp,
    /// How much may be taken in it.
    pub limit: i64,
}

/// What a process asks of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaWish {
    /// Which quota.
    pub id: u128,
    /// The window that it asks for.
    pub window: QuotaWindow,
    /// What it has spent already without having reserved it.
    pub debt: i64,
    /// What waits to be spent at once.
    pub waiting: i64,
    /// What it would keep in reserve.
    pub block: i64,
}

/// What a process was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaShare {
    /// Which quota.
    pub id: u128,
    /// The start of the window that it was asked for.
    pub starts: Timestamp,
    /// How much it may spend, its debt included.
    pub granted: i64,
    /// What all processes have taken by now.
    pub used: i64,
}

/// What all processes have taken in the latest window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Which quota.
    pub id: u128,
    /// When the window began.
    pub started_at: Timestamp,
    /// When it is over, and the quota may be forgotten.
    pub ends_at: Timestamp,
    /// What is taken.
    pub used: i64,
    /// Rises with every change.
    pub version: i64,
}

impl Quota {
    /// A quota of which nothing was ever taken.
    #[must_use]
    pub const fn unused(id: u128, window: &QuotaWindow) -> Self {
        Self { id, started_at: window.starts, ends_at: window.ends, used: 0, version: 0 }
    }

    /// Gives a process its share. Whose clock is behind takes from the later window.
    pub fn share(&mut self, wish: &QuotaWish) -> QuotaShare {
        let window = &wish.window;
        if window.starts > self.started_at {
            (self.started_at, self.ends_at, self.used) = (window.starts, window.ends, 0);
        }
        self.used = self.used.saturating_add(wish.debt);
        let free = window.limit.saturating_sub(self.used).max(0);
        let now = wish.waiting.min(free);
        let rest = free.saturating_sub(now);
        let reserve = wish.block.min((rest / PART).max(1)).min(rest);
        let taken = now.saturating_add(reserve);
        self.used = self.used.saturating_add(taken);
        self.version = self.version.saturating_add(1);
        let granted = wish.debt.saturating_add(taken);
        QuotaShare { id: self.id, starts: window.starts, granted, used: self.used }
    }
}

/// Where quotas are kept.
pub trait QuotaStore {
    /// A quota.
    ///
    /// # Errors
    /// When it was not announced.
    fn find_quota(&mut self, id: u128) -> Result<Option<Quota>, StoreError>;

    /// Keeps a quota.
    ///
    /// # Errors
    /// When it was not announced.
    fn save_quota(&mut self, quota: Quota) -> Result<(), StoreError>;

    /// Removes up to `limit` quotas whose window ended before `before`; says how many.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_quotas(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError>;
}

/// Takes shares of quotas, at most [`SLICE`] of them, each named once.
#[derive(Debug, Clone)]
pub struct ReserveQuotas {
    /// What is asked.
    pub wishes: Vec<QuotaWish>,
}

impl UseCase for ReserveQuotas {
    type Output = Vec<QuotaShare>;

    /// A batch of its own: money does not wait for the lock of a counter.
    fn hints(&self, _: &Context) -> Hints {
        let rows = self.wishes.iter().map(|wish| RowKey::Quota(wish.id)).collect();
        Hints { rows, ..Hints::cold() }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Vec<QuotaShare>> {
        let mut shares = Vec::with_capacity(self.wishes.len());
        for wish in &self.wishes {
            let found = unit.tx.find_quota(wish.id)?;
            let mut quota = found.unwrap_or_else(|| Quota::unused(wish.id, &wish.window));
            shares.push(quota.share(wish));
            unit.tx.save_quota(quota)?;
        }
        Ok(Ending::Done(shares))
    }
}

/// Forgets quotas whose window is over, a slice at a time; says how many.
#[derive(Debug, Clone)]
pub struct PurgeQuotas;

impl UseCase for PurgeQuotas {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let purged = unit.tx.purge_quotas(unit.now(), SLICE)?;
        Ok(Ending::Done(purged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(minute: i64, limit: i64) -> QuotaWindow {
        let at = |minute: i64| Timestamp::from_unix_seconds(minute * 60);
        QuotaWindow { starts: at(minute), ends: at(minute + 1), limit }
    }

    fn wish(window: QuotaWindow, (debt, waiting, block): (i64, i64, i64)) -> QuotaWish {
        QuotaWish { id: 1, window, debt, waiting, block }
    }

    #[test]
    fn blocks_shrink_and_add_up_to_the_limit() {
        let window = window(0, 1_000);
        let mut quota = Quota::unused(1, &window);
        let mut given = Vec::new();
        for _ in 0..1_000 {
            given.push(quota.share(&wish(window, (0, 0, 40))).granted);
        }
        assert_eq!((given[0], given.iter().sum::<i64>(), quota.used), (40, 1_000, 1_000));
        assert!(given.is_sorted_by(|first, second| first >= second), "{given:?}");
        let asked = given.iter().filter(|share| **share > 0).count();
        assert!(asked < 70, "{asked} writes for a thousand requests");
    }

    #[test]
    fn what_waits_is_served_before_anything_is_kept_in_reserve() {
        let window = window(0, 100);
        let mut quota = Quota::unused(1, &window);
        assert_eq!(quota.share(&wish(window, (3, 90, 40))).granted, 3 + 90 + 1);
        assert_eq!(quota.share(&wish(window, (0, 90, 40))).granted, 6);
        assert_eq!(quota.share(&wish(window, (0, 1, 40))).granted, 0);
    }

    #[test]
    fn debts_count_beyond_the_limit_and_a_new_window_forgets_them() {
        let mut quota = Quota::unused(1, &window(0, 10));
        assert_eq!(quota.share(&wish(window(0, 10), (12, 5, 1))).granted, 12);
        assert_eq!(quota.used, 12);
        let next = quota.share(&wish(window(1, 10), (0, 5, 1)));
        assert_eq!((next.granted, next.used, quota.ends_at), (6, 6, window(1, 10).ends));
        let behind = quota.share(&wish(window(0, 10), (0, 9, 1)));
        assert_eq!((behind.granted, behind.used), (4, 10));
    }
}
