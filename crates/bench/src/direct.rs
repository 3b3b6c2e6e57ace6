//! Card loads through the port of the write path, without a door in front of it.

use std::{rc::Rc, sync::Arc};

use cardium_api_v1::Renderer;
use cardium_app::Policy;
use cardium_chains::{SimulatedAddresses, confirmations_required};
use cardium_kernel::{Book, CardId, Money, Rate};
use cardium_store::Report;
use cardium_testkit::{Backend, Tenant, World, policy};
use cardium_topups::Network;

use crate::{
    cell::{MOST_CALLERS, Spread},
    error::BenchError,
    measure::{repeat, together},
    sample::{Sample, Window},
};

/// Loads are of 0.25 and, at 2 %, cost 0.01: each posting has its fee leg.
pub const LOAD_CENTS: i64 = 25;
/// More than any run can spend: a hundred billion dollars.
const TREASURY_CENTS: i64 = 10_000_000_000_000;
const FEE_MILLIONTHS: u32 = 20_000;
/// Requests of the same key would have to agree on it; here no key comes twice.
const FINGERPRINT: [u8; 32] = [0; 32];

/// A store on a database of its own, with cards to load.
pub struct Direct {
    world: Rc<World>,
    /// An account with one card for each caller.
    uniform: Vec<(Tenant, CardId)>,
    /// One account with a card for each caller.
    hot: Vec<(Tenant, CardId)>,
}

impl Direct {
    /// Makes database, accounts and cards.
    #[must_use]
    pub fn prepare(backend: Backend) -> Self {
        let confirmations = Network::ALL.map(|network| (network, confirmations_required(network)));
        let renderer = Renderer::new(Arc::new(SimulatedAddresses), confirmations.to_vec());
        let mut world = World::with(backend, |settings| settings.renderer = Arc::new(renderer));
        world.edge.policy = Arc::new(Policy {
            load_fee: Rate::from_millionths(FEE_MILLIONTHS),
            conversion_fee: Rate::from_millionths(0),
            topup_maximum: Money::usd(TREASURY_CENTS),
            ..policy()
        });
        let rich = funded(&world);
        let hot = (0..MOST_CALLERS).map(|_| (rich, world.card(rich, Book::Live))).collect();
        let uniform = (0..MOST_CALLERS).map(|_| funded(&world));
        let uniform = uniform.map(|tenant| (tenant, world.card(tenant, Book::Live))).collect();
        Self { world: Rc::new(world), uniform, hot }
    }

    /// Loads cards, as so many callers at once.
    ///
    /// # Errors
    /// When a load fails.
    pub fn measure(
        &self,
        (spread, callers): (Spread, usize),
        seconds: u64,
    ) -> Result<Sample, BenchError> {
        let cards = match spread {
            Spread::Uniform => &self.uniform,
            Spread::Hot => &self.hot,
        };
        let window = Window::next(seconds);
        let caller = |(tenant, card): &(Tenant, CardId)| {
            let (world, tenant, card) = (Rc::clone(&self.world), *tenant, *card);
            let load = async move || {
                let key = (world.mint(), FINGERPRINT);
                let load = Tenant::load(card, LOAD_CENTS);
                world.submit_once(tenant.actor(), key, load).await?;
                Ok(())
            };
            repeat(window, load)
        };
        let stats = self.world.store.stats();
        let before = stats.snapshot();
        let sample = together(window, cards.iter().take(callers).map(caller))?;
        Ok(sample.with_batches(&before, &stats.snapshot()))
    }

    /// Checks every invariant of the database.
    #[must_use]
    pub fn verify(&self) -> Report {
        self.world.verify()
    }
}

fn funded(world: &World) -> Tenant {
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, TREASURY_CENTS);
    tenant
}
