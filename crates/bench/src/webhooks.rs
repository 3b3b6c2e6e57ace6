//! How many webhooks a second arrive, alone and beside receivers that never answer. Events are made
//! first, while nobody sends, so that making them takes nothing from sending them.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use cardium_store::Report;
use cardium_testkit::Backend;
use serde_json::{Value, json};
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    cast::Holder,
    cell::Neighbours,
    client::Connection,
    error::BenchError,
    measure::alone,
    receivers::{Quick, Silent},
    request::Request,
    sample::{Latencies, Sample},
    served::{Sending, Served},
};

/// Accounts whose receivers answer, and whose never do.
const QUICK_ACCOUNTS: usize = 32;
const HUNG_ACCOUNTS: usize = 25;
/// Endpoints of each account.
const ENDPOINTS: u64 = 4;
/// More deliveries than any server here makes in a second.
const MOST_PER_SECOND: u64 = 8_000;
/// Events of an account whose receivers never answer.
const HUNG_EVENTS: u64 = 20;
const WARM_UP: Duration = Duration::from_millis(500);
/// When nothing has come for so long, everything has.
const QUIET: Duration = Duration::from_secs(1);

/// A server with endpoints, and their receivers.
pub struct Subscribed {
    served: Served,
    quick: Quick,
    silent: Silent,
}

impl Subscribed {
    /// Makes a database whose accounts have endpoints that answer.
    ///
    /// # Errors
    /// When the server does not start, or refuses a request.
    pub fn prepare(runtime: &Runtime, backend: Backend) -> Result<Self, BenchError> {
        let served = Served::prepare(runtime, backend, 0)?;
        let (quick, silent) = (Quick::start(runtime)?, Silent::start()?);
        let subscribed = Self { served, quick, silent };
        let holders = subscribed.accounts(Neighbours::None);
        let receiver = subscribed.quick.address;
        subscribed.served.run(runtime, Sending::Off, |address| {
            alone(subscribe(address, holders, receiver)).map(drop)
        })?;
        Ok(subscribed)
    }

    /// Makes events, and measures how fast they arrive where somebody takes them.
    ///
    /// # Errors
    /// When the server does not start, or refuses a request.
    pub fn measure(
        &self,
        runtime: &Runtime,
        neighbours: Neighbours,
        seconds: u64,
    ) -> Result<Sample, BenchError> {
        let quick = self.accounts(Neighbours::None);
        let deliveries = (seconds + 1).saturating_mul(MOST_PER_SECOND);
        let each = deliveries / ENDPOINTS / quick.len() as u64;
        let hung = match neighbours {
            Neighbours::None => &[],
            Neighbours::Hung => self.accounts(Neighbours::Hung),
        };
        let endpoints = self.served.run(runtime, Sending::Off, |address| {
            alone(async {
                let endpoints = subscribe(address, hung, self.silent.address).await?;
                make_events(address, hung, HUNG_EVENTS).await?;
                make_events(address, quick, each).await?;
                Ok(endpoints)
            })
        })?;
        self.served.run(runtime, Sending::On, |address| {
            let rate = self.rate(seconds);
            alone(unsubscribe(address, &endpoints))?;
            self.wait();
            Ok(Sample::new(rate, Latencies::default()))
        })
    }

    /// Checks every invariant of the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn verify(&self) -> Result<Report, BenchError> {
        self.served.verify()
    }

    fn accounts(&self, neighbours: Neighbours) -> &[Holder] {
        let (quick, rest) = self.served.holders().split_at(QUICK_ACCOUNTS);
        match neighbours {
            Neighbours::None => quick,
            Neighbours::Hung => rest.get(..HUNG_ACCOUNTS).unwrap_or(rest),
        }
    }

    fn rate(&self, seconds: u64) -> f64 {
        thread::sleep(WARM_UP);
        let (before, start) = (self.quick.taken(), Instant::now());
        thread::sleep(Duration::from_secs(seconds));
        let count = self.quick.taken().saturating_sub(before);
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64()
    }

    /// What is left must not take time of the next cell.
    fn wait(&self) {
        let mut taken = self.quick.taken();
        loop {
            thread::sleep(QUIET);
            let now = self.quick.taken();
            if now == taken {
                return;
            }
            taken = now;
        }
    }
}

/// Makes endpoints of these accounts; gives each with the key it was made with.
async fn subscribe(
    address: SocketAddr,
    holders: &[Holder],
    receiver: SocketAddr,
) -> Result<Vec<(String, String)>, BenchError> {
    let mut api = Connection::open(address).await?;
    let events = ["card.frozen", "card.unfrozen"];
    let body = json!({"url": format!("http://{receiver}/"), "events": events}).to_string();
    let mut endpoints = Vec::new();
    for holder in holders {
        for _ in 0..ENDPOINTS {
            let made = api.call(Request::post("/v1/webhooks", &holder.key, &body)).await?;
            let id = made.get("id").and_then(Value::as_str).unwrap_or_default();
            endpoints.push((holder.key.clone(), id.to_owned()));
        }
    }
    Ok(endpoints)
}

/// Removes endpoints, with what waits for them: it must not go out beside the next cell.
async fn unsubscribe(
    address: SocketAddr,
    endpoints: &[(String, String)],
) -> Result<(), BenchError> {
    let mut api = Connection::open(address).await?;
    for (key, id) in endpoints {
        let mut request = Request::delete(&format!("/v1/webhooks/{id}"), key);
        api.send(&mut request).await?;
    }
    Ok(())
}

/// So many events of each account.
async fn make_events(address: SocketAddr, holders: &[Holder], each: u64) -> Result<(), BenchError> {
    let mut running = JoinSet::new();
    for holder in holders {
        let (key, card) = (holder.key.clone(), holder.card.clone());
        running.spawn_local(async move {
            let mut api = Connection::open(address).await?;
            for turn in 0..each.next_multiple_of(2) {
                let verb = if turn % 2 == 0 { "freeze" } else { "unfreeze" };
                let path = format!("/v1/cards/{card}/{verb}");
                api.send(&mut Request::post(&path, &key, "{}")).await?;
            }
            Ok::<(), BenchError>(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}
