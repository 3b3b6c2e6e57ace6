use std::{sync::Arc, time::Duration};

use cardium_app::{
    Actor, Answer, CommandError, Database, Edge, Intent, Lane, Policy, Snapshot, UseCase,
    WithdrawalFees,
    event::EventRenderer,
    idempotency::{IdempotencyRequest, RequestParts},
    perform, perform_as,
    reads::Reads,
};
use cardium_kernel::{Money, Rate, Timestamp};
use cardium_store::{QueueLimits, Report, Store, StoreSettings, verify};
use cardium_vault::{Keys, RawKeys};
use tokio::runtime::{Builder, Runtime};

use crate::{Backend, ManualClock, Scratch, SystemEntropy};

/// How long a test waits for a command.
const PATIENCE: Duration = Duration::from_secs(20);

/// Renders every event's object as `{}`.
pub struct PlainRenderer;

impl EventRenderer for PlainRenderer {
    fn render(&self, _: &Snapshot, _: Timestamp) -> Vec<u8> {
        b"{}".to_vec()
    }
}

/// A store on a fresh database, with a clock that stands still.
pub struct World {
    /// The store; a second one can be opened on the same database.
    pub store: Store,
    /// The write path.
    pub database: Arc<dyn Database>,
    /// Queries.
    pub reads: Arc<dyn Reads>,
    /// Time, ids and policy.
    pub edge: Edge,
    /// The clock behind `edge`.
    pub clock: Arc<ManualClock>,
    /// The keys.
    pub keys: Arc<Keys>,
    /// The runtime that waits for answers.
    pub runtime: Arc<Runtime>,
    /// The database.
    pub scratch: Arc<Scratch>,
}

impl World {
    /// A world on a fresh database.
    ///
    /// # Panics
    /// When the database does not open.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self::with(backend, |_| {})
    }

    /// A world whose settings a test changes.
    ///
    /// # Panics
    /// When the database does not open.
    #[must_use]
    pub fn with(backend: Backend, change: impl FnOnce(&mut StoreSettings)) -> Self {
        Self::on(Arc::new(Scratch::new(backend)), change)
    }

    /// Another process's world on the same database.
    ///
    /// # Panics
    /// When the database does not open.
    #[must_use]
    pub fn on(scratch: Arc<Scratch>, change: impl FnOnce(&mut StoreSettings)) -> Self {
        let keys = Arc::new(test_keys());
        let mut settings = store_settings(scratch.url(), &keys);
        change(&mut settings);
        let store = Store::open(&settings).expect("a fresh database opens");
        let start = Timestamp::from_unix_seconds(1_780_000_000);
        let clock = Arc::new(ManualClock::at(start));
        let edge = Edge {
            clock: Arc::clone(&clock) as Arc<_>,
            entropy: Arc::new(SystemEntropy),
            policy: Arc::new(policy()),
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self {
            database: store.database(),
            reads: store.reads(),
            store,
            edge,
            clock,
            keys,
            runtime: Arc::new(runtime.expect("a runtime starts")),
            scratch,
        }
    }

    /// The store's settings, for opening it by hand.
    #[must_use]
    pub fn settings(scratch: &Scratch) -> StoreSettings {
        store_settings(scratch.url(), &test_keys())
    }

    /// Runs a use case and waits for its answer.
    ///
    /// # Errors
    /// The use case's own.
    pub fn run<U: UseCase>(&self, actor: Actor, use_case: U) -> Result<U::Output, CommandError> {
        self.runtime.block_on(self.submit(actor, use_case))
    }

    /// Submits a use case; it is queued when the future is first polled.
    ///
    /// # Errors
    /// The use case's own.
    pub fn submit<U: UseCase>(
        &self,
        actor: Actor,
        use_case: U,
    ) -> impl Future<Output = Result<U::Output, CommandError>> + Send + use<U> {
        let (database, context) = (Arc::clone(&self.database), self.edge.context(actor, None));
        async move { perform(&*database, (Lane::Api, PATIENCE), context, use_case).await }
    }

    /// Submits a use case under an idempotency key; its answer shows its output.
    ///
    /// # Errors
    /// The use case's own, or a conflict of the key.
    pub fn submit_once<U: UseCase + Sync>(
        &self,
        actor: Actor,
        (id, fingerprint): (u128, [u8; 32]),
        use_case: U,
    ) -> impl Future<Output = Result<Answer, CommandError>> + Send + use<U>
    where
        U::Output: std::fmt::Debug,
    {
        let parts = RequestParts::default();
        let request = IdempotencyRequest { id, account: None, fingerprint, parts, seal: None };
        self.submit_as(actor, Intent::Once(Box::new(request)), use_case)
    }

    /// Submits a use case as its client means it; its answer shows its output.
    ///
    /// # Errors
    /// The use case's own, or a conflict of the key.
    pub fn submit_as<U: UseCase + Sync>(
        &self,
        actor: Actor,
        intent: Intent,
        use_case: U,
    ) -> impl Future<Output = Result<Answer, CommandError>> + Send + use<U>
    where
        U::Output: std::fmt::Debug,
    {
        let (database, context) = (Arc::clone(&self.database), self.edge.context(actor, None));
        let render = |output: &U::Output| Answer::new(200, format!("{output:?}").into_bytes());
        async move {
            let lane = (Lane::Api, PATIENCE);
            perform_as(&*database, lane, context, intent, use_case, render).await
        }
    }

    /// Checks every invariant of the database.
    ///
    /// # Panics
    /// When the database cannot be read.
    #[must_use]
    pub fn verify(&self) -> Report {
        let now = self.edge.clock.now();
        let report = verify(self.scratch.url(), self.keys.audit(), now, |_| {});
        report.expect("the database is readable")
    }

    /// A random id.
    #[must_use]
    pub fn mint(&self) -> u128 {
        self.edge.mint()
    }
}

/// Keys for tests only.
///
/// # Panics
/// Never: the keys differ from each other.
#[must_use]
pub fn test_keys() -> Keys {
    let raw = RawKeys {
        keks: vec![(1, [1; 32])],
        active_kek: 1,
        fingerprint: [2; 32],
        cvk: *b"0123456789abcdef",
        hash: [3; 32],
        audit: [4; 32],
    };
    Keys::try_new(&raw).expect("the keys differ")
}

/// The programme's policy with no load fee, so that amounts add up at sight.
#[must_use]
pub fn policy() -> Policy {
    Policy {
        load_fee: Rate::from_millionths(0),
        conversion_fee: Rate::from_millionths(0),
        topup_minimum: Money::usd(2_000),
        topup_live_from: Money::usd(20_000),
        topup_maximum: Money::usd(10_000_000),
        load_maximum: Money::usd(5_000_000),
        withdrawal_minimum: Money::usd(1_000),
        withdrawal_fees: WithdrawalFees::NONE,
        withdrawal_cooling: Duration::ZERO,
        api_keys_maximum: 100,
        cards_maximum: 1_000,
        webhooks_maximum: 16,
        webhook_patience: Default::default(),
        open_tickets_maximum: 50,
    }
}

fn store_settings(url: &str, keys: &Keys) -> StoreSettings {
    StoreSettings {
        url: url.to_owned(),
        pool_size: 4,
        writers: 1,
        queue: QueueLimits { network: 10_000, api: 10_000, background: 1_000 },
        migrate: true,
        key_checks: keys.check_values(),
        audit_key: keys.audit().clone(),
        renderer: Arc::new(PlainRenderer),
        // Tests decide which commands meet in a batch, however slow the machine is.
        closure_budget: PATIENCE,
        probe: None,
        on_fatal: Arc::new(|_| {}),
    }
}
