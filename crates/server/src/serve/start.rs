//! The order of a start: database, doors, workers, and only then word that it is ready.

use std::{sync::Arc, time::Duration};

use cardium_http::AppState;
use cardium_kernel::{CredentialId, Timestamp};

use super::{Addresses, Options, Running, StartError, core::Core, doors, iso8583, refusals};
use crate::{
    settings::Settings,
    workers::{
        DeliverEvents, ExpireHolds, ExpireTopups, FanOutEvents, FlushUses, PurgeKeys, Sender,
        SweepBlobs, UseSource, WatchChain, Workers,
    },
};

pub(super) async fn start(settings: Settings, options: Options) -> Result<Running, StartError> {
    refusals::check(&settings, &options)?;
    let core = Core::open(&settings, &options).await?;
    let host = iso8583::host(&settings, &core);
    let door = iso8583::door(&settings.iso8583, &host)?;
    let state = Arc::new(doors::state(&settings, &core, Arc::clone(&host)));
    let sender = sender(&settings, &core)?;
    let network = door.map(|door| Ok::<_, StartError>((doors::bind(settings.iso8583.bind)?, door)));
    let network = network.transpose()?;
    let (http, http_address) = doors::bind(settings.server.bind)?;
    let addresses =
        Addresses { http: http_address, iso8583: network.as_ref().map(|((_, bound), _)| *bound) };
    let server = doors::serve_http(http, &settings, &state).map_err(StartError::Serve)?;
    let network = network.map(|((listener, _), door)| iso8583::serve(listener, door));
    let network = network.transpose().map_err(StartError::Serve)?;
    let workers = workers(&settings, &core, sender, state);
    let running = Running {
        http: server.handle(),
        http_ended: tokio::spawn(server),
        addresses,
        iso8583: network,
        workers,
        health: core.health,
        store: core.store,
        settings: settings.server,
    };
    if let Err(error) = announce(addresses, &options) {
        running.stop().await;
        return Err(error);
    }
    Ok(running)
}

fn sender(settings: &Settings, core: &Core) -> Result<Option<Sender>, reqwest::Error> {
    if !settings.webhooks.enabled {
        return Ok(None);
    }
    let reach = doors::webhook_reach(settings);
    let timeout = Duration::from_secs(settings.webhooks.timeout_seconds);
    Sender::try_new(reach, timeout, Arc::clone(&core.backend.keys)).map(Some)
}

fn workers(
    settings: &Settings,
    core: &Core,
    sender: Option<Sender>,
    state: Arc<AppState>,
) -> Workers {
    let backend = || core.backend.clone();
    let mut workers = Workers::default();
    for gateway in &core.gateways {
        workers.start(WatchChain::new(backend(), Arc::clone(gateway)));
    }
    workers.start(ExpireTopups::new(backend()));
    workers.start(ExpireHolds::new(backend()));
    workers.start(FlushUses::new(backend(), state));
    workers.start(PurgeKeys::new(backend()));
    workers.start(SweepBlobs::new(backend(), Arc::clone(&core.blobs)));
    if let Some(sender) = sender {
        workers.start(FanOutEvents::new(backend()));
        let concurrency = settings.webhooks.concurrency;
        workers.start(DeliverEvents::new(backend(), sender, concurrency));
    }
    workers
}

impl UseSource for AppState {
    fn drain(&self, most: usize) -> Vec<(CredentialId, Timestamp)> {
        self.uses().drain(most)
    }
}

fn announce(addresses: Addresses, options: &Options) -> Result<(), StartError> {
    let Addresses { http, iso8583 } = addresses;
    tracing::warn!("every rail is simulated, that of live money too: no real money moves");
    match iso8583 {
        Some(iso8583) => tracing::info!(%http, %iso8583, "serving"),
        None => tracing::info!(%http, "serving"),
    }
    let Some(path) = &options.ready_file else {
        return Ok(());
    };
    addresses.write(path).map_err(|source| StartError::ReadyFile { path: path.clone(), source })
}
