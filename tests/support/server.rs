use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use cardium_app::{CommandError, RequestInfo};
use cardium_http::oauth::consent::{self, Choice};
use cardium_kernel::{
    AccountId, Book, CardId, ConsentId, EndpointId, EventId, RequestId, Timestamp,
};
use cardium_server::{
    serve::{Options, Running},
    settings::{Overrides, Settings, load},
    verify,
};
use cardium_testkit::{Backend, Granting, Scratch};
use serde_json::json;
use tokio::runtime::{Builder, Handle, Runtime};

use super::{Client, Finished, PASSWORD, Phonebook, cardium, finish, text, totp::machine_seconds};

/// Where a browser is sent, or why it is not.
pub type AnswerResult = Result<String, CommandError>;

/// The whole product on free ports and a fresh database. When it is dropped, its books are
/// checked.
pub struct Server {
    runtime: Runtime,
    running: Option<Running>,
    settings: Settings,
    scratch: Scratch,
    address: String,
    /// Seconds by which its clock was moved.
    ahead: AtomicI64,
}

/// The server of each backend, as long as a test uses it: the last one out stops it.
static SHARED: [Mutex<Weak<Server>>; 2] = [Mutex::new(Weak::new()), Mutex::new(Weak::new())];
static SIGN_UPS: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// The server that tests share which neither move the clock nor change settings.
    pub fn shared(backend: Backend) -> Arc<Self> {
        let [sqlite, postgres] = &SHARED;
        let slot = match backend {
            Backend::Sqlite => sqlite,
            Backend::Postgres => postgres,
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = slot.upgrade() {
            return server;
        }
        // Withdrawals stay as they are made: nothing moves behind the back of a test.
        let still = |settings: &mut Settings| {
            settings.limits.withdrawal_cooling_seconds = 86_400;
        };
        let server = Arc::new(Self::start(backend, options(), still));
        *slot = Arc::downgrade(&server);
        server
    }

    /// A server of the test's own, with a clock that the test moves.
    pub fn own(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start(backend, Options { test_clock: true, ..options() }, change)
    }

    /// The same, with a test's own word on what names mean.
    pub fn with_names(
        backend: Backend,
        names: &Arc<Phonebook>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let names = Some(Arc::clone(names) as _);
        Self::start(backend, Options { test_clock: true, names, ..Options::default() }, change)
    }

    fn start(backend: Backend, options: Options, change: impl FnOnce(&mut Settings)) -> Self {
        let scratch = Scratch::new(backend);
        let mut settings = settings(&scratch);
        change(&mut settings);
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let running = runtime.block_on(Running::start(settings.clone(), options));
        let running = running.expect("the server starts");
        let address = running.addresses().http.to_string();
        Self {
            runtime,
            running: Some(running),
            settings,
            scratch,
            address,
            ahead: AtomicI64::new(0),
        }
    }

    /// The same server with other settings, started again on its database.
    pub fn changed(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
        change(&mut self.settings);
        let options = Options { test_clock: true, ..options() };
        let running = self.runtime.block_on(Running::start(self.settings.clone(), options));
        let running = running.expect("the server starts again");
        self.address = running.addresses().http.to_string();
        self.running = Some(running);
        self
    }

    /// Where HTTP is served.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where the card network is listened to.
    pub fn iso8583(&self) -> SocketAddr {
        let running = self.running.as_ref().expect("it runs until it is dropped");
        running.addresses().iso8583.expect("the listener is on by default")
    }

    /// Grants and tokens of this server, made without asking anybody.
    pub fn granting(&self) -> Granting {
        let running = self.running.as_ref().expect("it runs until it is dropped");
        let backend = running.backend().clone();
        Granting {
            database: backend.database,
            reads: backend.reads,
            edge: backend.edge,
            keys: backend.keys,
            issuer: format!("http://{}", self.address),
        }
    }

    /// Waits for work on a test's own thread.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// What runs the requests of clients.
    pub fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// A client that nobody is signed in on.
    pub fn client(&self) -> Client {
        Client::new(self.runtime.handle().clone(), &self.address)
    }

    /// An e-mail address that nobody has.
    pub fn email() -> String {
        let number = SIGN_UPS.fetch_add(1, Ordering::Relaxed);
        format!("user-{number}@example.com")
    }

    /// A new account, and a client with its session.
    pub fn sign_up(&self) -> Client {
        let body = json!({"email": Self::email(), "password": PASSWORD});
        let account = self.client().post("/v1/accounts", &body).expect(201);
        self.client().signed_in(text(&account, "id"), text(&account, "token"))
    }

    /// How many events an account has.
    pub fn events(&self, account: &str) -> i64 {
        self.rows_of(account, "events")
    }

    /// How many rows of a table belong to an account.
    pub fn rows_of(&self, account: &str, table: &str) -> i64 {
        let id = self.account_literal(account);
        self.count(&format!("SELECT COUNT(*) AS count FROM {table} WHERE account_id = {id}"))
    }

    /// The id of an account's newest event.
    pub fn last_event(&self, account: &str) -> String {
        let id = self.account_literal(account);
        let sql = format!(
            "SELECT id FROM events WHERE account_id = {id} ORDER BY account_seq DESC LIMIT 1"
        );
        EventId::new(self.scratch.id(&sql)).to_string()
    }

    pub(super) fn account_literal(&self, account: &str) -> String {
        let id = AccountId::parse(account).expect("an account id").value();
        self.literal(id)
    }

    /// The versions of an account's ledger accounts in a book, added up: rises with every change.
    pub fn versions_of(&self, account: u128, book: Book) -> i64 {
        let (id, book) = (self.literal(account), book.code());
        self.count(&format!(
            "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS count FROM ledger_accounts \
             WHERE owner_id = {id} AND book = {book}"
        ))
    }

    /// An id in SQL.
    pub(super) fn literal(&self, id: u128) -> String {
        match self.scratch.backend() {
            Backend::Sqlite => format!("x'{id:032x}'"),
            Backend::Postgres => format!("'\\x{id:032x}'"),
        }
    }

    /// Runs SQL behind the product's back.
    pub(super) fn execute(&self, sql: &str) {
        self.scratch.execute(sql);
    }

    /// Changes a card's row behind the product's back, as an operator with SQL would.
    pub fn alter_card(&self, card: &str, change: &str) {
        let id = self.literal(CardId::parse(card).expect("a card id").value());
        self.scratch.execute(&format!("UPDATE cards SET {change} WHERE id = {id}"));
    }

    /// Changes an OAuth client's row behind the product's back.
    pub fn alter_client(&self, client: &str, change: &str) {
        let sql = format!("UPDATE oauth_clients SET {change} WHERE client_id = '{client}'");
        self.scratch.execute(&sql);
    }

    /// Changes an endpoint's lane behind the product's back.
    pub fn alter_lane(&self, webhook: &str, change: &str) {
        let id = self.literal(EndpointId::parse(webhook).expect("an endpoint id").value());
        let sql = format!("UPDATE webhook_lanes SET {change} WHERE endpoint_id = {id}");
        self.scratch.execute(&sql);
    }

    /// Changes an endpoint's deliveries behind the product's back.
    pub fn alter_deliveries(&self, webhook: &str, change: &str) {
        let id = self.literal(EndpointId::parse(webhook).expect("an endpoint id").value());
        let sql = format!("UPDATE webhook_deliveries SET {change} WHERE endpoint_id = {id}");
        self.scratch.execute(&sql);
    }

    /// The one number, in the column `count`, that this SQL finds behind the product's back.
    pub fn count(&self, sql: &str) -> i64 {
        self.scratch.count(sql)
    }

    /// Runs the binary on this server's database, beside it.
    pub fn command(&self, arguments: &[&str]) -> Finished {
        let mut command = cardium(&self.scratch, &[]);
        command.args(arguments);
        finish(&self.scratch, command)
    }

    /// How many files are kept.
    pub fn files(&self) -> i64 {
        match self.scratch.backend() {
            Backend::Sqlite => {
                let blobs = format!("{}.blobs", self.scratch.url());
                let files = std::fs::read_dir(blobs).expect("the folder is made at start");
                i64::try_from(files.count()).expect("few files")
            }
            Backend::Postgres => {
                self.count("SELECT COUNT(*) AS count FROM blob_chunks WHERE chunk = 0")
            }
        }
    }

    /// Answers what an agent asks, in the owner's place; gives where the browser goes.
    pub fn answer(&self, owner: &Client, consent: &str, choice: Option<Choice>) -> AnswerResult {
        let running = self.running.as_ref().expect("it runs until it is dropped");
        let (state, base) = (running.doors(), format!("http://{}", self.address));
        let id = ConsentId::parse(consent).expect("a request's id");
        let info = RequestInfo {
            id: RequestId::new(0),
            ip: "127.0.0.1".to_owned(),
            user_agent: "test".to_owned(),
        };
        self.runtime.block_on(async {
            let session = consent::session(state, owner.token()).await?;
            match choice {
                Some(choice) => {
                    consent::approve(state, (&session, info), (id, &base), choice).await
                }
                None => consent::deny(state, (&session, info), (id, &base)).await,
            }
        })
    }

    /// Moves the clock of a server of the test's own.
    pub fn advance(&self, seconds: u64) {
        let body = json!({"advance_seconds": seconds});
        self.sign_up().post("/v1/test/clock", &body).expect(200);
        let seconds = i64::try_from(seconds).expect("tests move it by days");
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Seconds since 1970 by its clock.
    pub fn now(&self) -> i64 {
        machine_seconds() + self.ahead.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
        if !std::thread::panicking() {
            let now = Timestamp::from_unix_seconds(self.now());
            let report = verify::check(&self.settings, now, |_| {});
            let report = report.expect("the database is readable");
            assert_eq!(report.findings, [], "after the test the books are wrong");
        }
    }
}

fn options() -> Options {
    Options { names: Some(Phonebook::blank()), ..Options::default() }
}

fn settings(scratch: &Scratch) -> Settings {
    let any_port = || Some("127.0.0.1:0".to_owned());
    let mut settings = load(&Overrides {
        file: None,
        bind: any_port(),
        iso8583_bind: any_port(),
        data_dir: Some(scratch.folder()),
        database_url: Some(scratch.url().to_owned()),
    })
    .expect("the defaults read");
    settings.server.workers = 2;
    settings.server.shutdown_seconds = 1;
    settings.database.pool_size = 4;
    settings.auth.argon2_memory_kib = 8;
    settings.auth.argon2_iterations = 1;
    // Tests ask more often than anybody, and all from one address.
    settings.rate_limits.enabled = false;
    settings
}
