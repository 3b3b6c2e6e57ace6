//! How the process is doing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cardium_app::{chain::ChainGateway, reads::Reads};
use cardium_http::{Health, HealthProbe, Rails, Standing};
use cardium_store::Stats;

/// What the process knows of its own health.
pub struct ProcessHealth {
    reads: Arc<dyn Reads>,
    stats: Arc<Stats>,
    gateways: Vec<Arc<dyn ChainGateway>>,
    draining: AtomicBool,
}

impl ProcessHealth {
    /// The health of a process that is not draining.
    #[must_use]
    pub fn new(
        reads: Arc<dyn Reads>,
        stats: Arc<Stats>,
        gateways: Vec<Arc<dyn ChainGateway>>,
    ) -> Self {
        Self { reads, stats, gateways, draining: AtomicBool::new(false) }
    }

    /// From now on the process is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// The workers write several times a second, so the last write is a fresh one.
    fn database(&self) -> Standing {
        standing(self.stats.is_healthy() && self.reads.ping().is_ok())
    }
}

impl HealthProbe for ProcessHealth {
    fn ready(&self) -> bool {
        !self.draining.load(Ordering::Acquire) && self.database() == Standing::Ok
    }

    fn report(&self) -> Health {
        let database = self.database();
        let chains = self.gateways.iter();
        Health {
            database,
            // Without the database the issuer answers 91 to everything.
            issuer: database,
            chains: chains.map(|chain| (chain.network(), standing(chain.head().is_ok()))).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rails: Rails::Simulated,
        }
    }
}

const fn standing(works: bool) -> Standing {
    if works { Standing::Ok } else { Standing::Down }
}
