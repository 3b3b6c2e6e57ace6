//! A whole server under test, on a database of its own, and requests to it.

use std::{net::SocketAddr, pin::Pin, time::Duration};

use cardium_kernel::{Clock, Money};
use cardium_server::{
    clock::SystemClock,
    serve::{Addresses, Options, Running},
    settings::{Dollars, Overrides, Settings, load},
    verify,
};
use cardium_store::Report;
use cardium_testkit::{Backend, Scratch};
use tokio::runtime::Runtime;

use crate::{
    authorize::{IN_FLIGHT, authorize},
    cast::{Cast, Holder},
    cell::{Company, Operation, Spread},
    client::Connection,
    error::BenchError,
    measure::{alone, repeat, together},
    request::Request,
    sample::{Latencies, Sample, Window},
};

/// Time for the workers to take what a cell left them, so that the next one does not pay for it.
const SETTLE: Duration = Duration::from_secs(1);
/// The least that Argon2 takes: sign-up is not measured.
const CHEAP_KIB: u32 = 8;
const ANY_PORT: &str = "127.0.0.1:0";
/// More messages than any peer sends.
const MOST_PER_SECOND: u32 = 1_000_000;
/// Callers that load cards beside authorizations.
const LOADERS: usize = 8;

/// A server that runs while it is measured, and its accounts.
pub struct Served {
    settings: Settings,
    cast: Cast,
    _database: Scratch,
}

/// Whether webhooks are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// They are.
    On,
    /// Events wait.
    Off,
}

impl Served {
    /// Makes database and accounts, with money for so many seconds of loads.
    ///
    /// # Errors
    /// When the server does not start, or refuses a request.
    pub fn prepare(runtime: &Runtime, backend: Backend, seconds: u64) -> Result<Self, BenchError> {
        let database = Scratch::new(backend);
        let settings = settings(&database)?;
        let cast =
            while_running(runtime, &settings, |address| alone(Cast::sign_up(address, seconds)))?;
        Ok(Self { settings, cast, _database: database })
    }

    /// Starts the server and measures one operation.
    ///
    /// # Errors
    /// When the server does not start, or refuses a request.
    pub fn measure(
        &self,
        runtime: &Runtime,
        operation: Operation,
        seconds: u64,
    ) -> Result<Sample, BenchError> {
        let holders = match operation {
            Operation::Load(Spread::Hot) => &self.cast.hot,
            Operation::Load(Spread::Uniform) | Operation::Balance | Operation::Topup => {
                &self.cast.uniform
            }
        };
        let requests = holders.iter().map(|holder| request(operation, holder)).collect();
        while_running(runtime, &self.settings, |address| measure(address, requests, seconds))
    }

    /// Starts the server and measures authorizations, on their own or beside loads.
    ///
    /// # Errors
    /// When the server does not start, or a request is not approved.
    pub fn authorize(
        &self,
        runtime: &Runtime,
        company: Company,
        seconds: u64,
    ) -> Result<Sample, BenchError> {
        let running =
            runtime.block_on(Running::start(self.settings.clone(), Options::default()))?;
        let Addresses { http, iso8583 } = running.addresses();
        let window = Window::next(seconds);
        let loads = match company {
            Company::Alone => Vec::new(),
            Company::BesideLoads => {
                let loads = self.cast.hot.iter().take(LOADERS);
                loads.map(|holder| request(Operation::Load(Spread::Hot), holder)).collect()
            }
        };
        let loaders = loads.into_iter().map(|request| load_cards(http, request, window));
        let address = iso8583.ok_or(BenchError::Environment("the card network's door"))?;
        let lines = self.cast.uniform.chunks(IN_FLIGHT);
        let lines = lines.map(|holders| authorize(address, holders.to_vec(), window));
        let everybody: Vec<Caller> = loaders.chain(lines).collect();
        let outcome = together(window, everybody);
        std::thread::sleep(SETTLE);
        runtime.block_on(running.stop());
        outcome
    }

    /// Holders with an account each.
    #[must_use]
    pub fn holders(&self) -> &[Holder] {
        &self.cast.uniform
    }

    /// Runs the server for as long as `work` takes, with or without sending webhooks.
    ///
    /// # Errors
    /// When the server does not start, or the work's own.
    pub fn run<T>(
        &self,
        runtime: &Runtime,
        webhooks: Sending,
        work: impl FnOnce(SocketAddr) -> Result<T, BenchError>,
    ) -> Result<T, BenchError> {
        let mut settings = self.settings.clone();
        settings.webhooks.enabled = webhooks == Sending::On;
        while_running(runtime, &settings, work)
    }

    /// Checks every invariant of the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn verify(&self) -> Result<Report, BenchError> {
        Ok(verify::check(&self.settings, SystemClock.now(), |_| {})?)
    }
}

/// Sends each request again and again on a connection of its own.
///
/// # Errors
/// When one of them is not answered with 2xx.
pub fn measure(
    address: SocketAddr,
    requests: Vec<Request>,
    seconds: u64,
) -> Result<Sample, BenchError> {
    let window = Window::next(seconds);
    let caller = |mut request: Request| async move {
        let mut connection = Connection::open(address).await?;
        let send = async || connection.send(&mut request).await.map(|_| ());
        repeat(window, send).await
    };
    together(window, requests.into_iter().map(caller))
}

/// Somebody who asks while the window is open, and what it took.
pub type Caller = Pin<Box<dyn Future<Output = Result<Latencies, BenchError>>>>;

/// Loads that are not measured themselves.
fn load_cards(address: SocketAddr, mut request: Request, window: Window) -> Caller {
    Box::pin(async move {
        let mut connection = Connection::open(address).await?;
        let send = async || connection.send(&mut request).await.map(|_| ());
        repeat(window, send).await?;
        Ok(Latencies::default())
    })
}

fn request(operation: Operation, Holder { key, card, .. }: &Holder) -> Request {
    match operation {
        Operation::Load(_) => {
            Request::post(&format!("/v1/cards/{card}/load"), key, r#"{"amount_usd":0.25}"#)
        }
        Operation::Balance => Request::get("/v1/balance", key),
        Operation::Topup => Request::post("/v1/topups", key, r#"{"amount_usd":500}"#),
    }
}

/// The default settings, apart from what the machine and the set-up ask for.
fn settings(database: &Scratch) -> Result<Settings, BenchError> {
    let mut settings = load(&Overrides {
        bind: Some(ANY_PORT.to_owned()),
        iso8583_bind: Some(ANY_PORT.to_owned()),
        data_dir: Some(database.folder()),
        database_url: Some(database.url().to_owned()),
        ..Overrides::default()
    })?;
    // The pace of a peer or caller is not what is measured.
    settings.iso8583.max_per_second = MOST_PER_SECOND;
    settings.rate_limits.enabled = false;
    settings.auth.argon2_memory_kib = CHEAP_KIB;
    settings.auth.argon2_iterations = 1;
    settings.limits.topup_maximum = Dollars(Money::usd(100_000_000));
    Ok(settings)
}

fn while_running<T>(
    runtime: &Runtime,
    settings: &Settings,
    work: impl FnOnce(SocketAddr) -> Result<T, BenchError>,
) -> Result<T, BenchError> {
    let running = runtime.block_on(Running::start(settings.clone(), Options::default()))?;
    let outcome = work(running.addresses().http);
    std::thread::sleep(SETTLE);
    runtime.block_on(running.stop());
    outcome
}
