//! Names looked up by the operating system's resolver.
//!
//! Invariants: as many look-ups run at once as there are places, and whoever asks waits a bounded
//! time for a place and an answer together. A look-up cannot be broken off, so each has a thread of
//! its own: the threads that queries run on stay free, and a stop waits for none. Deliberately
//! absent: a cache (the system may have one), because an answer is judged once and used once.

use std::{
    fmt, io,
    net::{IpAddr, ToSocketAddrs},
    sync::Arc,
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
/// The same for what is sent. Connections are kept, so a busy receiver is rarely looked up; 5 s is
/// what a common resolver gives its first name server.
const ON_SENDING: (usize, Duration) = (64, Duration::from_secs(5));

type Resolver = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Who looks names up for whom. They are apart, so that URLs given at the doors do not hold up
/// what is sent.
pub(crate) struct Names {
    pub(crate) doors: Arc<dyn NameLookup>,
    pub(crate) sending: Arc<dyn NameLookup>,
}

impl Names {
    /// These names for everybody, or the system's.
    pub(crate) fn given_or_system(given: Option<&Arc<dyn NameLookup>>) -> Self {
        let system = |bounds| Arc::new(SystemNames::new(bounds)) as _;
        match given {
            Some(names) => Self { doors: Arc::clone(names), sending: Arc::clone(names) },
            None => Self { doors: system(AT_THE_DOORS), sending: system(ON_SENDING) },
        }
    }
}

/// The resolver of the operating system.
#[derive(Clone)]
pub(crate) struct SystemNames {
    room: Arc<Semaphore>,
    patience: Duration,
    resolver: Arc<Resolver>,
}

impl SystemNames {
    /// A resolver that looks up so many names at once and waits so long for each.
    pub(crate) fn new((places, patience): (usize, Duration)) -> Self {
        Self { room: Arc::new(Semaphore::new(places)), patience, resolver: Arc::new(resolve) }
    }

    async fn ask(self, name: String) -> io::Result<Vec<IpAddr>> {
        let place = self.room.acquire_owned().await.map_err(io::Error::other)?;
        start(self.resolver, name, place)?.await.map_err(io::Error::other)?
    }
}

type Answer = oneshot::Receiver<io::Result<Vec<IpAddr>>>;

/// The thread keeps its place until it has an answer, wanted or not.
fn start(resolver: Arc<Resolver>, name: String, place: OwnedSemaphorePermit) -> io::Result<Answer> {
    let (tell, answer) = oneshot::channel();
    thread::Builder::new().name("name look-up".to_owned()).spawn(move || {
        let found = resolver(&name);
        drop(place);
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
}
