//! What stands behind every door: database, keys, clock, chains.

use std::sync::Arc;

use cardium_api_v1::Renderer;
use cardium_app::{
    Edge,
    blobs::BlobStore,
    chain::{ChainGateway, Payouts},
    screening::{BlockList, Screening},
};
use cardium_chains::{SimulatedAddresses, SimulatedChain, confirmations_required};
use cardium_http::TestClock;
use cardium_kernel::{Clock, Network, Timestamp};
use cardium_store::Store;
use cardium_vault::Keys;

use super::{Options, ProcessHealth, StartError, storage};
use crate::{
    clock::{MovableClock, SystemClock},
    entropy::SystemEntropy,
    names::Names,
    settings::{Chains, Settings},
    workers::Backend,
};

/// What stands behind every door.
pub(super) struct Core {
    pub(super) store: Store,
    pub(super) backend: Backend,
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) renderer: Arc<Renderer>,
    pub(super) gateways: Vec<Arc<dyn ChainGateway>>,
    pub(super) payouts: Payouts,
    pub(super) screening: Arc<dyn Screening>,
    pub(super) health: Arc<ProcessHealth>,
    pub(super) test_clock: Option<Arc<dyn TestClock>>,
    pub(super) names: Names,
}

impl Core {
    pub(super) async fn open(settings: &Settings, options: &Options) -> Result<Self, StartError> {
        let policy = Arc::new(settings.policy()?);
        let renderer = Arc::new(renderer());
        let (store, keys) = open_store(settings.clone(), Arc::clone(&renderer)).await?;
        let (clock, test_clock) = clocks(options.test_clock);
        let blobs = storage::open_blobs(settings)?;
        let backend = Backend {
            database: store.database(),
            reads: store.reads(),
            edge: Edge { clock, entropy: Arc::new(SystemEntropy), policy },
            keys: Arc::new(keys),
        };
        let gateways = gateways(settings.rails.chains, &backend);
        let payouts = Payouts { live: gateways.clone(), sandbox: simulated(&backend) };
        let screening = Arc::new(BlockList::new(settings.screening.addresses()));
        let health =
            ProcessHealth::new(Arc::clone(&backend.reads), store.stats(), gateways.clone());
        let health = Arc::new(health);
        Ok(Self {
            store,
            backend,
            blobs,
            renderer,
            gateways,
            payouts,
            screening,
            health,
            test_clock,
            names: Names::given_or_system(options.names.as_ref()),
        })
    }
}

/// Migrating and reading keys block.
async fn open_store(
    settings: Settings,
    renderer: Arc<Renderer>,
) -> Result<(Store, Keys), StartError> {
    let opened =
        tokio::task::spawn_blocking(move || storage::open(&settings, &SystemEntropy, renderer));
    let opened = opened.await;
    Ok(opened.map_err(|error| StartError::Broken(error.to_string()))??)
}

/// Makes the JSON of events.
pub(super) fn renderer() -> Renderer {
    let confirmations = Network::ALL.map(|network| (network, confirmations_required(network)));
    Renderer::new(Arc::new(SimulatedAddresses), confirmations.to_vec())
}

fn gateways(chains: Chains, backend: &Backend) -> Vec<Arc<dyn ChainGateway>> {
    match chains {
        Chains::Simulated => simulated(backend),
    }
}

/// The simulated chain in the place of each network.
fn simulated(backend: &Backend) -> Vec<Arc<dyn ChainGateway>> {
    let chain = |network| -> Arc<dyn ChainGateway> {
        let writing = (Arc::clone(&backend.database), backend.edge.clone());
        Arc::new(SimulatedChain::new(network, Arc::clone(&backend.reads), writing))
    };
    Network::ALL.into_iter().map(chain).collect()
}

fn clocks(movable: bool) -> (Arc<dyn Clock>, Option<Arc<dyn TestClock>>) {
    if !movable {
        return (Arc::new(SystemClock), None);
    }
    let clock = Arc::new(MovableClock::default());
    (Arc::clone(&clock) as _, Some(clock))
}

impl TestClock for MovableClock {
    fn advance(&self, by: std::time::Duration) -> Timestamp {
        Self::advance(self, by)
    }
}
