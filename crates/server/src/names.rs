//! Names looked up by the operating system's resolver.
//!
//! Invariants: as many look-ups run at once as there are places, and whoever asks waits a bounded
//! time for a place and an answer together. A look-up cannot be broken off, so each has a thread of
//! its own: the threads that queries run on stay free, and a stop waits for none. Deliberately
//! absent: a cache (the system may have one), because an answer is judged once and used once.

use std::{
    collections::HashMap,
    fmt, io,
    net::{IpAddr, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::Duration,
};

use cardium_http::{BoxFuture, NameLookup};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};

/// Look-ups at once for those who give URLs, and how long each may take, with the wait for a place.
/// A URL that could not be looked up passes, to be judged when it is used.
const AT_THE_DOORS: (usize, Duration) = (16, Duration::from_secs(2));
/// The same for what is sent, to each class of receivers. Connections are kept, so a busy receiver
/// is rarely looked up; 5 s is what a common resolver gives its first name server.
const ON_SENDING: (usize, Duration) = (64, Duration::from_secs(5));
/// Look-ups of one name at once: a name whose servers are silent keeps no more places than these.
const OF_A_NAME: usize = 4;

type Resolver = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Who looks names up for whom. They are apart, so that URLs given at the doors do not hold up
/// what is sent, nor receivers that cannot be found those that answer.
pub(crate) struct Names {
    pub(crate) doors: Arc<dyn NameLookup>,
    pub(crate) swift: Arc<dyn NameLookup>,
    pub(crate) careful: Arc<dyn NameLookup>,
}

impl Names {
    /// These names for everybody, or the system's.
    pub(crate) fn given_or_system(given: Option<&Arc<dyn NameLookup>>) -> Self {
        let system = |bounds| Arc::new(SystemNames::new(bounds)) as _;
        let bounded = |bounds| given.map_or_else(|| system(bounds), Arc::clone);
        Self {
            doors: bounded(AT_THE_DOORS),
            swift: bounded(ON_SENDING),
            careful: bounded(ON_SENDING),
        }
    }
}

/// The resolver of the operating system.
#[derive(Clone)]
pub(crate) struct SystemNames {
    room: Arc<Semaphore>,
    shares: Arc<Shares>,
    patience: Duration,
    resolver: Arc<Resolver>,
}

impl SystemNames {
    /// A resolver that looks up so many names at once and waits so long for each.
    pub(crate) fn new((places, patience): (usize, Duration)) -> Self {
        let room = Arc::new(Semaphore::new(places));
        Self { room, shares: Arc::default(), patience, resolver: Arc::new(resolve) }
    }

    async fn ask(self, name: String) -> io::Result<Vec<IpAddr>> {
        let share = self.shares.of(&name).acquire_owned().await.map_err(io::Error::other)?;
        let place = self.room.acquire_owned().await.map_err(io::Error::other)?;
        start(self.resolver, name, [share, place])?.await.map_err(io::Error::other)?
    }
}

/// The places of each name that is being looked up.
#[derive(Default)]
struct Shares(Mutex<HashMap<String, Weak<Semaphore>>>);

impl Shares {
    fn of(&self, name: &str) -> Arc<Semaphore> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(name).and_then(Weak::upgrade) {
            return share;
        }
        // Kept are those in use: as many as there are attempts on the way.
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(OF_A_NAME));
        shares.insert(name.to_owned(), Arc::downgrade(&share));
        share
    }
}

type Answer = oneshot::Receiver<io::Result<Vec<IpAddr>>>;

/// The thread keeps its places until it has an answer, wanted or not.
fn start(
    resolver: Arc<Resolver>,
    name: String,
    places: [OwnedSemaphorePermit; 2],
) -> io::Result<Answer> {
    let (tell, answer) = oneshot::channel();
    thread::Builder::new().name("name look-up".to_owned()).spawn(move || {
        let found = resolver(&name);
        drop(places);
        // Whoever asked may be gone.
        let _unheard = tell.send(found);
    })?;
    Ok(answer)
}

fn resolve(name: &str) -> io::Result<Vec<IpAddr>> {
    let found = (name, 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}

impl NameLookup for SystemNames {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let (patience, asked) = (self.patience, self.clone().ask(name));
        Box::pin(async move {
            let late = |_| Err(io::ErrorKind::TimedOut.into());
            timeout(patience, asked).await.unwrap_or_else(late)
        })
    }
}

impl fmt::Debug for SystemNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemNames").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;

    #[tokio::test]
    async fn this_machine_has_a_name() {
        let found = SystemNames::new(ON_SENDING).look_up("localhost".to_owned()).await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }

    #[tokio::test]
    async fn a_name_server_that_hangs_keeps_its_place_and_nobody_waiting() {
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let resolver = move |_: &str| {
            let _released = hang.lock().unwrap().recv();
            Ok(vec![IpAddr::from([1, 1, 1, 1])])
        };
        let names = SystemNames {
            room: Arc::new(Semaphore::new(1)),
            shares: Arc::default(),
            patience: Duration::from_millis(20),
            resolver: Arc::new(resolver),
        };
        for _ in 0..2 {
            let late = names.look_up("a.example".to_owned()).await.unwrap_err();
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        }
        // Only the first began; without it the place is free.
        drop(release);
        let patient = SystemNames { patience: Duration::from_secs(60), ..names };
        assert_eq!(patient.look_up("a.example".to_owned()).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_name_that_hangs_leaves_places_to_the_others() {
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let resolver = move |name: &str| {
            if name == "silent.example" {
                let _released = hang.lock().unwrap().recv();
            }
            Ok(vec![IpAddr::from([1, 1, 1, 1])])
        };
        let names = SystemNames {
            room: Arc::new(Semaphore::new(OF_A_NAME + 1)),
            shares: Arc::default(),
            patience: Duration::from_millis(20),
            resolver: Arc::new(resolver),
        };
        for _ in 0..OF_A_NAME + 3 {
            let late = names.look_up("silent.example".to_owned()).await.unwrap_err();
            assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        }
        assert_eq!(names.room.available_permits(), 1);
        let patient = SystemNames { patience: Duration::from_secs(60), ..names };
        assert_eq!(patient.look_up("a.example".to_owned()).await.unwrap().len(), 1);
        drop(release);
        assert_eq!(patient.look_up("silent.example".to_owned()).await.unwrap().len(), 1);
    }

    #[test]
    fn receivers_that_are_not_found_have_places_of_their_own() {
        let names = Names::given_or_system(None);
        assert!(!Arc::ptr_eq(&names.swift, &names.careful));
        assert!(!Arc::ptr_eq(&names.doors, &names.swift));
    }
}
