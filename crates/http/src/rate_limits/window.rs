//! One caller's count under one rule, in one window of time.

use std::time::Duration;

use cardium_app::quotas::{QuotaShare, QuotaWindow, QuotaWish};
use cardium_kernel::Timestamp;

/// One part in so many of a limit is kept in reserve by a process.
const BLOCK_PART: i64 = 25;
/// The largest reserve: it is what a restart strands of a day.
const BLOCK_MAX: i64 = 100;
/// One part in so many of a limit is spent on trust, before anything is reserved: whoever calls
/// now and then costs no write, and each further process lets through so much more at most.
const TRUST_PART: i64 = 100;

/// Whether other processes count the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// The limit holds over all processes together.
    Together,
    /// Each process has the limit for itself.
    Alone,
}

/// What a rule says: so many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub limit: i64,
    pub span: Duration,
}

/// What became of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is counted.
    Spent,
    /// It is counted, and more should be reserved before the next ones come.
    SpentLow,
    /// It is not counted yet: a reservation decides.
    Wait,
    /// Nothing is left until the window ends.
    Refused,
}

/// The count.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    terms: Terms,
    starts: Timestamp,
    /// Counted here.
    spent: i64,
    /// Reserved here, what is spent included.
    granted: i64,
    /// What all processes had reserved when this one last asked.
    used: i64,
    /// Requests that wait for a reservation.
    waiting: i64,
    /// A reservation is on its way.
    asked: bool,
}

impl Window {
    pub fn new(terms: Terms, now: Timestamp) -> Self {
        let starts = start(terms.span, now);
        Self { terms, starts, spent: 0, granted: 0, used: 0, waiting: 0, asked: false }
    }

    pub fn ends(&self) -> Timestamp {
        self.starts.after(self.terms.span)
    }

    pub const fn limit(&self) -> i64 {
        self.terms.limit
    }

    /// What is left, as far as this process knows.
    pub fn remaining(&self) -> i64 {
        let elsewhere = self.used.saturating_sub(self.granted).max(0);
        self.terms.limit.saturating_sub(elsewhere).saturating_sub(self.spent).max(0)
    }

    /// Begins anew where the window is over. A clock that goes back changes nothing.
    pub fn roll(&mut self, now: Timestamp) {
        if now >= self.ends() {
            *self = Self::new(self.terms, now);
        }
    }

    /// Counts one request, if it may.
    pub fn take(&mut self, now: Timestamp, sharing: Sharing) -> Taken {
        self.roll(now);
        if self.spent >= self.terms.limit {
            return Taken::Refused;
        }
        if sharing == Sharing::Alone {
            return self.spend(false);
        }
        let reserve = self.granted.saturating_sub(self.spent);
        if reserve > 0 {
            let low = reserve <= self.block() / 4 && self.used < self.terms.limit;
            return self.spend(low);
        }
        if self.used >= self.terms.limit {
            return Taken::Refused;
        }
        let trust = self.terms.limit / TRUST_PART;
        if self.granted == 0 && self.spent < trust {
            let many = self.spent.saturating_add(1) >= (trust / 2).max(1);
            return self.spend(many);
        }
        self.waiting = self.waiting.saturating_add(1);
        Taken::Wait
    }

    /// Whether little is lost with it: a few requests on trust, nothing that was reserved.
    pub const fn is_slight(&self) -> bool {
        let idle = self.waiting == 0 && !self.asked;
        idle && self.granted == 0 && self.spent < self.terms.limit / TRUST_PART
    }

    fn spend(&mut self, low: bool) -> Taken {
        self.spent = self.spent.saturating_add(1);
        let ask = low && !self.asked;
        self.asked |= ask;
        if ask { Taken::SpentLow } else { Taken::Spent }
    }

    fn block(&self) -> i64 {
        (self.terms.limit / BLOCK_PART).clamp(1, BLOCK_MAX)
    }

    /// What to reserve. Whoever waits is asked for once: it comes back, served or not.
    pub fn wish(&mut self, id: u128) -> QuotaWish {
        let waiting = std::mem::take(&mut self.waiting);
        QuotaWish {
            id,
            window: QuotaWindow { starts: self.starts, ends: self.ends(), limit: self.terms.limit },
            debt: self.spent.saturating_sub(self.granted).max(0),
            waiting,
            block: self.block(),
        }
    }

    /// Takes what was reserved, or the news that there was nothing to be had; a share of an
    /// earlier window is void.
    pub fn settle(&mut self, share: Option<&QuotaShare>) {
        self.asked = false;
        if let Some(share) = share.filter(|share| share.starts == self.starts) {
            self.granted = self.granted.saturating_add(share.granted);
            self.used = share.used;
        }
    }
}

/// Windows lie on the clock, so that every process means the same one.
fn start(span: Duration, now: Timestamp) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX).max(1);
    let now = now.unix_micros();
    Timestamp::from_unix_micros(now.saturating_sub(now.rem_euclid(span)))
}

#[cfg(test)]
mod tests {
    use cardium_app::quotas::Quota;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(second)
    }

    fn window(limit: i64) -> Window {
        Window::new(Terms { limit, span: MINUTE }, at(30))
    }

    #[test]
    fn alone_a_process_counts_to_the_limit_and_anew_in_the_next_window() {
        let mut window = window(3);
        let taken: Vec<_> = (0..4).map(|_| window.take(at(59), Sharing::Alone)).collect();
        assert_eq!(taken, [Taken::Spent, Taken::Spent, Taken::Spent, Taken::Refused]);
        assert_eq!((window.remaining(), window.ends()), (0, at(60)));
        assert_eq!(window.take(at(60), Sharing::Alone), Taken::Spent);
        assert_eq!(window.take(at(10), Sharing::Alone), Taken::Spent, "a clock that went back");
        assert_eq!((window.remaining(), window.ends()), (1, at(120)));
    }

    /// Lets one process take; a reservation is settled at once.
    fn take(window: &mut Window, quota: &mut Quota) -> bool {
        loop {
            let taken = window.take(at(31), Sharing::Together);
            if matches!(taken, Taken::Wait | Taken::SpentLow) {
                let share = quota.share(&window.wish(1));
                window.settle(Some(&share));
            }
            match taken {
                Taken::Spent | Taken::SpentLow => return true,
                Taken::Refused => return false,
                Taken::Wait => {}
            }
        }
    }

    #[test]
    fn processes_together_keep_the_limit() {
        for (processes, limit) in [(1, 1_000), (2, 1_000), (2, 7), (5, 1_000), (2, 50_000)] {
            let mut windows = vec![window(limit); processes];
            let mut quota = Quota::unused(1, &windows[0].wish(1).window);
            let mut passed = 0_i64;
            for turn in 0..usize::try_from(limit).unwrap() * 2 {
                passed += i64::from(take(&mut windows[turn % processes], &mut quota));
            }
            let trust = limit / TRUST_PART * (i64::try_from(processes).unwrap() - 1);
            assert!((limit..=limit + trust).contains(&passed), "{processes}: {passed} of {limit}");
            assert!(windows.iter().all(|window| window.remaining() == 0));
        }
    }

    #[test]
    fn an_idle_process_strands_little() {
        let (mut busy, mut idle) = (window(1_000), window(1_000));
        let mut quota = Quota::unused(1, &busy.wish(1).window);
        for _ in 0..20 {
            assert!(take(&mut idle, &mut quota));
        }
        let passed = (0..2_000).filter(|_| take(&mut busy, &mut quota)).count() + 20;
        assert!((950..=1_010).contains(&passed), "{passed}");
    }

    #[test]
    fn rare_callers_reserve_nothing_and_a_late_share_is_void() {
        let mut window = window(1_000);
        let taken: Vec<_> = (0..5).map(|_| window.take(at(31), Sharing::Together)).collect();
        assert_eq!(taken[..4], [Taken::Spent; 4]);
        assert_eq!(taken[4], Taken::SpentLow);
        let mut quota = Quota::unused(1, &window.wish(1).window);
        let share = quota.share(&window.wish(1));
        assert_eq!((share.granted, share.used), (5 + 40, 45));
        window.roll(at(60));
        window.settle(Some(&share));
        assert_eq!(window.remaining(), 1_000);
    }
}
