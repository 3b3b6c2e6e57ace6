//! What every request can reach.

use std::sync::Arc;

use cardium_api_v1::Renderer;
use cardium_app::{
    Database, Edge,
    blobs::BlobStore,
    chain::{AddressSource, ChainGateway, Payouts},
    reads::Reads,
    screening::Screening,
};
use cardium_topups::Network;
use cardium_vault::Keys;

use crate::{
    CredentialUses, EventHub, HealthProbe, HttpSettings, NameLookup, NetworkRail, TestClock,
    acquaintance::Acquaintance, flights::Flights, guard::CredentialCache, oauth::ClientDocuments,
    passwords::Passwords, places::Places, rate_limits::RateLimits, token_keys::TokenKeys,
};

/// The ports and settings that the doors are built from.
pub struct Wiring {
    /// The write path.
    pub database: Arc<dyn Database>,
    /// Queries.
    pub reads: Arc<dyn Reads>,
    /// Files beside the database's rows.
    pub blobs: Arc<dyn BlobStore>,
    /// Time, chance and policy.
    pub edge: Edge,
    /// The keys of the vault.
    pub keys: Arc<Keys>,
    /// Where deposit addresses come from.
    pub addresses: Arc<dyn AddressSource>,
    /// The chains, one gateway each.
    pub gateways: Vec<Arc<dyn ChainGateway>>,
    /// The chains that pay withdrawals.
    pub payouts: Payouts,
    /// Who judges the addresses that are to be paid.
    pub screening: Arc<dyn Screening>,
    /// Shows objects; the write path renders events with the same one.
    pub renderer: Arc<Renderer>,
    /// The simulated card network; without it the helpers for cards are not served.
    pub rail: Option<Arc<dyn NetworkRail>>,
    /// The test clock; without it the helper for it is not served.
    pub test_clock: Option<Arc<dyn TestClock>>,
    /// What names mean, to judge the hosts of webhooks.
    pub names: Arc<dyn NameLookup>,
    /// Fetches the documents that describe OAuth clients.
    pub documents: Arc<dyn ClientDocuments>,
    /// What the process knows of its own health.
    pub health: Arc<dyn HealthProbe>,
    /// Settings.
    pub settings: HttpSettings,
}

/// What every request can reach. One for all workers.
pub struct AppState {
    pub(crate) wiring: Wiring,
    pub(crate) passwords: Passwords,
    pub(crate) credentials: CredentialCache,
    pub(crate) acquaintance: Acquaintance,
    pub(crate) token_keys: TokenKeys,
    /// None where nothing is bounded.
    pub(crate) rate_limits: Option<RateLimits>,
    uses: CredentialUses,
    events: EventHub,
    pub(crate) flights: Arc<Flights>,
    pub(crate) uploads: Arc<Places>,
}

impl AppState {
    /// The state for these ports; takes as long as hashing one password.
    ///
    /// # Panics
    /// When the password cost is none that Argon2 knows, which settings should have refused.
    #[must_use]
    pub fn new(wiring: Wiring) -> Self {
        let passwords = Passwords::new(&wiring.settings, &wiring.edge);
        let credentials = CredentialCache::new(wiring.settings.credential_cache);
        let limits = wiring.settings.rate_limits;
        let rate_limits =
            limits.map(|limits| RateLimits::new(limits, &wiring.database, &wiring.edge));
        Self {
            wiring,
            passwords,
            credentials,
            acquaintance: Acquaintance::default(),
            token_keys: TokenKeys::default(),
            rate_limits,
            uses: CredentialUses::default(),
            events: EventHub::default(),
            flights: Arc::default(),
            uploads: Arc::default(),
        }
    }

    /// When credentials were last used, gathered for the worker that writes it down.
    #[must_use]
    pub const fn uses(&self) -> &CredentialUses {
        &self.uses
    }

    /// Who waits for an event: for the worker that looks for some, and for the end.
    #[must_use]
    pub const fn events(&self) -> &EventHub {
        &self.events
    }

    pub(crate) fn find_gateway(&self, network: Network) -> Option<Arc<dyn ChainGateway>> {
        let gateways = self.wiring.gateways.iter();
        let mut found = gateways.filter(|gateway| gateway.network() == network);
        found.next().cloned()
    }
}
