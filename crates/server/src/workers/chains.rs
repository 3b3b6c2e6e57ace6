use std::{sync::Arc, time::Duration};

use cardium_app::{CommandError, chain::ChainGateway, topups::Watcher};
use tokio::runtime::Handle;

use super::{Backend, Found, Round, internal};

/// Watches one chain for deposits.
pub struct WatchChain {
    backend: Backend,
    gateway: Arc<dyn ChainGateway>,
}

impl WatchChain {
    /// A watcher of the gateway's chain.
    #[must_use]
    pub fn new(backend: Backend, gateway: Arc<dyn ChainGateway>) -> Self {
        Self { backend, gateway }
    }
}

impl Round for WatchChain {
    const NAME: &'static str = "chain watcher";
    /// Well below the block time of the fastest chain, 3 s.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let (backend, gateway) = (self.backend.clone(), Arc::clone(&self.gateway));
        let runtime = Handle::current();
        // A scan reads the chain and the database between its commands, which blocks.
        let scan = tokio::task::spawn_blocking(move || {
            let watcher = Watcher {
                database: backend.database.as_ref(),
                reads: backend.reads.as_ref(),
                edge: &backend.edge,
                gateway: gateway.as_ref(),
            };
            runtime.block_on(watcher.scan())
        });
        scan.await.map_err(|error| internal(&error))??;
        Ok(Found::Nothing)
    }
}
