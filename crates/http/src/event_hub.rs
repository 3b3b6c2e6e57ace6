//! Requests that wait for an event of their account.
//!
//! Nobody polls for one request: a worker asks for all accounts that somebody waits for at once
//! ([`EventHub::waiting`]) and tells what it found ([`EventHub::tell`]). Invariants: a waiting
//! request holds neither a connection to the database nor a thread; it is counted until it is
//! answered or dropped; beyond the bounds a request does not wait.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cardium_kernel::AccountId;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Requests that wait in this process. One costs its connection and a few hundred bytes; the bound
/// keeps the query for all of them small.
const MOST: usize = 4_096;
/// Requests of one account that wait in this process: a reader each for many services, and no
/// account takes the place of the others.
const MOST_OF_ONE: usize = 16;

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The account has a later event than was known.
    Moved,
    /// Its time is over, the process is stopping, or there was no room to wait in.
    Over,
}

/// Who waits in this process.
pub struct EventHub {
    waiting: Mutex<Waiting>,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Waiting {
    accounts: HashMap<AccountId, Account>,
    count: usize,
}

struct Account {
    count: usize,
    /// The number of its last event, as far as it was told; zero before.
    last: watch::Sender<i64>,
}

impl Default for EventHub {
    fn default() -> Self {
        Self { waiting: Mutex::default(), closed: watch::Sender::new(false) }
    }
}

impl EventHub {
    /// The accounts that somebody waits for.
    #[must_use]
    pub fn waiting(&self) -> Vec<AccountId> {
        self.lock().accounts.keys().copied().collect()
    }

    /// Wakes whoever waits for events after a lower number of these accounts.
    pub fn tell(&self, last: &[(AccountId, i64)]) {
        let waiting = self.lock();
        for (account, seq) in last {
            if let Some(account) = waiting.accounts.get(account) {
                account.last.send_if_modified(|known| {
                    let moved = *known < *seq;
                    *known = (*known).max(*seq);
                    moved
                });
            }
        }
    }

    /// Ends every wait, and lets nobody wait from now on: the process is stopping.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Waits until the account has an event after this number, at most until this moment.
    pub(crate) async fn wait(&self, account: AccountId, seen: i64, until: Instant) -> Waited {
        let Some(mut place) = self.enter(account) else {
            return Waited::Over;
        };
        let mut closed = self.closed.subscribe();
        tokio::select! {
            // Neither sender goes before its receivers.
            _ = place.last.wait_for(|last| *last > seen) => Waited::Moved,
            _ = closed.wait_for(|closed| *closed) => Waited::Over,
            () = sleep_until(until) => Waited::Over,
        }
    }

    fn enter(&self, id: AccountId) -> Option<Place<'_>> {
        let mut waiting = self.lock();
        if waiting.count >= MOST {
            return None;
        }
        let new = || Account { count: 0, last: watch::Sender::new(0) };
        let account = waiting.accounts.entry(id).or_insert_with(new);
        if account.count >= MOST_OF_ONE {
            return None;
        }
        account.count += 1;
        let last = account.last.subscribe();
        waiting.count += 1;
        Some(Place { hub: self, account: id, last })
    }

    fn leave(&self, id: AccountId) {
        let mut waiting = self.lock();
        waiting.count = waiting.count.saturating_sub(1);
        if let Some(account) = waiting.accounts.get_mut(&id) {
            account.count = account.count.saturating_sub(1);
            if account.count == 0 {
                waiting.accounts.remove(&id);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that waits; it is counted for as long as this lives.
struct Place<'a> {
    hub: &'a EventHub,
    account: AccountId,
    last: watch::Receiver<i64>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.hub.leave(self.account);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ACCOUNT: AccountId = AccountId::new(1);
    const OTHER: AccountId = AccountId::new(2);

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[actix_web::test]
    async fn whoever_waits_is_woken_by_a_later_number_of_its_account() {
        let hub = EventHub::default();
        let tell = async {
            assert_eq!(hub.waiting(), [ACCOUNT]);
            hub.tell(&[(OTHER, 9), (ACCOUNT, 4)]);
            tokio::task::yield_now().await;
            assert_eq!(hub.waiting(), [ACCOUNT], "it knows number 4");
            hub.tell(&[(ACCOUNT, 5)]);
        };
        let (waited, ()) = tokio::join!(hub.wait(ACCOUNT, 4, late()), tell);
        assert_eq!((waited, hub.waiting()), (Waited::Moved, Vec::new()));
        assert_eq!(hub.wait(ACCOUNT, 4, Instant::now()).await, Waited::Over);
    }

    #[actix_web::test]
    async fn beyond_the_bounds_nobody_waits() {
        let hub = EventHub::default();
        let mut places: Vec<_> = (0..MOST_OF_ONE).map(|_| hub.enter(ACCOUNT)).collect();
        assert!(places.iter().all(Option::is_some));
        assert_eq!(hub.wait(ACCOUNT, 0, late()).await, Waited::Over);
        let more = MOST.div_ceil(MOST_OF_ONE);
        let accounts = (0..more).map(|number| AccountId::new(10 + number as u128));
        let of_each = accounts.flat_map(|account| std::iter::repeat_n(account, MOST_OF_ONE));
        places.extend(of_each.map(|account| hub.enter(account)));
        assert_eq!(places.iter().flatten().count(), MOST);
        assert_eq!(hub.wait(OTHER, 0, late()).await, Waited::Over);
        drop(places);
        assert_eq!(hub.waiting(), []);
    }

    #[actix_web::test]
    async fn a_process_that_stops_lets_nobody_wait() {
        let hub = EventHub::default();
        let close = async { hub.close() };
        let (waited, ()) = tokio::join!(hub.wait(ACCOUNT, 0, late()), close);
        assert_eq!(waited, Waited::Over);
        assert_eq!(hub.wait(OTHER, 0, late()).await, Waited::Over);
    }
}
