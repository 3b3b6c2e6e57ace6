//! Places for uploads: a few at once, and fewer for each account, so that no single customer keeps
//! everybody else out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cardium_kernel::{AccountId, ErrorCode, Problem};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Uploads at once: each takes a blocking thread and a few hundred KiB.
const ALL: usize = 8;
/// Of these, for one account.
const OWN: usize = 2;
/// Seconds after which whoever has too many on their way may try again: a small file is through.
const COME_BACK: u64 = 5;

/// Who is uploading.
pub struct Places {
    free: Arc<Semaphore>,
    taken: Mutex<HashMap<AccountId, usize>>,
}

/// A place, until it is dropped.
pub struct Place {
    _own: OwnPlace,
    _permit: OwnedSemaphorePermit,
}

/// One of an account's own places.
struct OwnPlace {
    places: Arc<Places>,
    account: AccountId,
}

impl Default for Places {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(ALL)), taken: Mutex::default() }
    }
}

impl Places {
    /// Waits for a place, unless the account has its share of them.
    ///
    /// # Errors
    /// `rate_limited`, or `service_unavailable` when others kept them for so long.
    pub async fn take(
        self: &Arc<Self>,
        account: AccountId,
        patience: Duration,
    ) -> Result<Place, Problem> {
        let own = self.take_own(account)?;
        let permit = timeout(patience, Arc::clone(&self.free).acquire_owned()).await;
        let permit = permit.ok().and_then(Result::ok).ok_or_else(|| {
            let message = "Too many files are on their way. Try again shortly.";
            Problem::new(ErrorCode::ServiceUnavailable, message)
        })?;
        Ok(Place { _own: own, _permit: permit })
    }

    fn take_own(self: &Arc<Self>, account: AccountId) -> Result<OwnPlace, Problem> {
        let mut taken = self.lock();
        let count = taken.entry(account).or_insert(0);
        if *count >= OWN {
            let message = format!("At most {OWN} files of an account are taken at once.");
            return Err(Problem::rate_limited(message, COME_BACK));
        }
        *count = count.saturating_add(1);
        Ok(OwnPlace { places: Arc::clone(self), account })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn no_account_takes_more_than_its_share() {
        let places = Arc::new(Places::default());
        let take = async |account: u128| {
            let place = places.take(AccountId::new(account), Duration::from_millis(1)).await;
            place.map_err(|problem| problem.code)
        };
        let (one, two) = (take(1).await, take(1).await);
        assert_eq!(take(1).await.err(), Some(ErrorCode::RateLimited));
        let mut others = Vec::new();
        for account in [2, 2, 3, 3, 4, 4] {
            others.push(take(account).await.unwrap());
        }
        assert_eq!(take(5).await.err(), Some(ErrorCode::ServiceUnavailable));
        drop(one);
        let again = take(1).await;
        assert!(again.is_ok() && two.is_ok());
        drop((again, two, others));
        assert!(places.lock().is_empty());
        assert!(take(5).await.is_ok(), "whoever waited in vain holds nothing");
    }
}
