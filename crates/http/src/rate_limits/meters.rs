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
    rule::{Key, Rule},
    window::{Sharing, Taken, Window},
};

/// Counts that are kept of each rule at most; each is some hundred bytes. Who comes beyond that
/// shares the rule's crowd.
const MOST: usize = 50_000;
/// A full table is searched for what may go at most once in so long.
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

/// The counts of one rule.
#[derive(Default)]
struct Table {
    meters: HashMap<u128, Meter>,
    swept: Option<Timestamp>,
}

/// The counts of each rule, apart: a rush under one leaves no less room under another.
#[derive(Default)]
struct Tables(HashMap<Rule, Table>);

/// Which count, of the rule's own or its crowd.
pub type CountId = (Rule, u128);

/// Counts by rule and identity.
#[derive(Default)]
pub struct Meters(Mutex<Tables>);

impl Meters {
    /// Counts one request, if it may; tells which count it went to and where that stands.
    pub fn take(&self, key: Key, now: Timestamp, sharing: Sharing) -> (CountId, Taken, Reading) {
        let mut tables = self.lock();
        let table = tables.of(key.rule);
        let id = table.id(key, now);
        let window = &mut table.meter(id, key, now).window;
        let taken = window.take(now, sharing);
        ((key.rule, id), taken, Reading::from(&*window))
    }

    /// Where a count stands; one that nobody began is not begun.
    pub fn read(&self, key: Key, now: Timestamp) -> Reading {
        let mut tables = self.lock();
        let table = tables.of(key.rule);
        let id = table.id(key, now);
        let known = table.meters.get(&id).map(|meter| meter.window);
        let mut window = known.unwrap_or_else(|| Window::new(key.terms, now));
        window.roll(now);
        Reading::from(&window)
    }

    /// Counts a refusal; gives how long to stay away.
    pub fn refuse(&self, key: Key, now: Timestamp, wait: Duration) -> Duration {
        let mut tables = self.lock();
        let table = tables.of(key.rule);
        let id = table.id(key, now);
        table.meter(id, key, now).penalty.refuse(now, wait)
    }

    /// What to reserve for these counts.
    pub fn wishes(&self, ids: &[CountId]) -> Vec<QuotaWish> {
        let mut tables = self.lock();
        let wishes = ids.iter().filter_map(|(rule, id)| {
            let meter = tables.of(*rule).meters.get_mut(id)?;
            Some(meter.window.wish(*id))
        });
        wishes.collect()
    }

    /// Takes what was reserved for these counts; without shares, that it could not be.
    pub fn settle(&self, ids: &[CountId], shares: &[QuotaShare]) {
        let mut tables = self.lock();
        for (rule, id) in ids {
            let share = shares.iter().find(|share| share.id == *id);
            if let Some(meter) = tables.of(*rule).meters.get_mut(id) {
                meter.window.settle(share);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn of(&mut self, rule: Rule) -> &mut Table {
        self.0.entry(rule).or_default()
    }
}

impl Table {
    /// Which count a request goes to: its own, or the crowd's where there is no room for it.
    fn id(&mut self, key: Key, now: Timestamp) -> u128 {
        let has_own = self.meters.contains_key(&key.id) || self.has_room(now);
        if has_own { key.id } else { key.crowd }
    }

    fn meter(&mut self, id: u128, key: Key, now: Timestamp) -> &mut Meter {
        let new = || Meter { window: Window::new(key.terms, now), penalty: Penalty::default() };
        self.meters.entry(id).or_insert_with(new)
    }

    fn has_room(&mut self, now: Timestamp) -> bool {
        if self.meters.len() >= MOST && self.swept.is_none_or(|swept| now.since(swept) >= SWEEP) {
            self.swept = Some(now);
            self.meters.retain(|_, meter| meter.is_worth_keeping(now));
        }
        self.meters.len() < MOST
    }
}

impl Meter {
    /// A day is long, so room is made at the cost of those that hardly began, too: many
    /// credentials that each asked once keep nobody out.
    fn is_worth_keeping(&self, now: Timestamp) -> bool {
        let counts = self.window.ends() > now && !self.window.is_slight();
        counts || !self.penalty.is_over(now)
    }
}

#[cfg(test)]
mod tests {
    use cardium_app::quotas::Quota;

    use super::{super::window::Terms, *};

    const CROWD: u128 = u128::MAX;

    fn key(rule: Rule, id: u128, limit: i64) -> Key {
        let terms = Terms { limit, span: Duration::from_secs(60) };
        Key { rule, id, crowd: CROWD, terms }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(second)
    }

    /// Meters that are full under a rule; nobody there has anything left.
    fn full(rule: Rule) -> Meters {
        let meters = Meters::default();
        for id in 1..=u128::try_from(MOST).unwrap() {
            let (_, taken, _) = meters.take(key(rule, id, 1), at(0), Sharing::Alone);
            assert_eq!(taken, Taken::Spent);
        }
        meters
    }

    #[test]
    fn memory_is_bounded_and_what_is_over_makes_room() {
        let meters = full(Rule::Anonymous);
        let take = |id, now| meters.take(key(Rule::Anonymous, id, 2), now, Sharing::Alone).1;
        let crowd: Vec<_> = (1..4).map(|more| take(more << 64, at(1))).collect();
        assert_eq!(crowd, [Taken::Spent, Taken::Spent, Taken::Refused]);
        assert_eq!(take(1, at(1)), Taken::Refused, "who was here before is not crowded");
        assert_eq!(meters.lock().of(Rule::Anonymous).meters.len(), MOST + 1);
        assert_eq!(take(9 << 64, at(61)), Taken::Spent);
        assert_eq!(meters.lock().of(Rule::Anonymous).meters.len(), 1);
    }

    #[test]
    fn a_crowd_has_the_terms_of_its_own_rule() {
        let meters = full(Rule::Accounts);
        let take = |rule, limit| meters.take(key(rule, 1 << 64, limit), at(0), Sharing::Alone);
        assert_eq!(take(Rule::Accounts, 1).1, Taken::Spent);
        assert_eq!(take(Rule::Accounts, 1).1, Taken::Refused);
        let (id, taken, reading) = take(Rule::SignIns, 10);
        assert_eq!((id, taken), ((Rule::SignIns, 1 << 64), Taken::Spent), "there is room for it");
        assert_eq!((reading.limit, reading.remaining), (10, 9));
    }

    /// Else a request would ask again and again for what nobody finds.
    #[test]
    fn what_a_crowd_waits_for_is_reserved_for_the_crowd() {
        let meters = full(Rule::SignIns);
        let newcomer = key(Rule::SignIns, 1 << 64, 10);
        let (id, taken, _) = meters.take(newcomer, at(0), Sharing::Together);
        assert_eq!((id, taken), ((Rule::SignIns, CROWD), Taken::Wait));
        let wishes = meters.wishes(&[id]);
        assert_eq!(
            wishes.iter().map(|wish| (wish.id, wish.waiting)).collect::<Vec<_>>(),
            [(CROWD, 1)]
        );
        let share = Quota::unused(CROWD, &wishes[0].window).share(&wishes[0]);
        meters.settle(&[id], &[share]);
        assert_eq!(meters.take(newcomer, at(0), Sharing::Together).1, Taken::Spent);
        assert_eq!(meters.read(newcomer, at(0)).remaining, 9, "the crowd's is read, too");
    }

    #[test]
    fn many_who_hardly_asked_keep_nobody_out() {
        let meters = Meters::default();
        let take = |id| meters.take(key(Rule::Day, id, 1_000), at(0), Sharing::Together).0;
        let busy: Vec<_> = (0..20).map(|_| take(1)).collect();
        assert_eq!(busy[19], (Rule::Day, 1));
        for id in 2..=u128::try_from(MOST).unwrap() {
            take(id);
        }
        assert_eq!(take(1 << 64), (Rule::Day, 1 << 64));
        let kept: Vec<_> = meters.lock().of(Rule::Day).meters.keys().copied().collect();
        assert_eq!((kept.len(), kept.contains(&1)), (2, true));
    }
}
