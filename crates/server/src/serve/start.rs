//! The order of a start: database, doors, workers, and only then word that it is ready.

use std::{sync::Arc, time::Duration};

use cardium_http::AppState;
use cardium_kernel::{CredentialId, Timestamp};
use cardium_network::{DecisionHook, Host};
use tokio::sync::Notify;

use super::{Addresses, Options, Running, StartError, core::Core, doors, iso8583, refusals};
use crate::{
    hook::{EndpointHook, LateAnswers},
    settings::Settings,
    workers::{
        Cashier, DeliverEvents, EndClients, EndLapsedGrants, ExpireHolds, ExpireTopups,
        FanOutEvents, FinishPending, FinishStops, FlushUses, ForgetEvents, JudgeEndpoints,
        NoteLateAnswers, PurgeClients, PurgeCounters, PurgeKeys, PurgeWaiting, RecoverEndpoints,
        RotateOauthKeys, Round as _, SendWithdrawals, Sender, Senders, SettleWithdrawals,
        SpreadAnnouncements, SweepBlobs, UseSource, WakeReaders, WatchChain, Workers,
    },
};

pub(super) async fn start(settings: Settings, options: Options) -> Result<Running, StartError> {
    refusals::check(&settings, &options)?;
    let tls = doors::http_tls(&settings).map_err(StartError::HttpTls)?;
    let core = Core::open(&settings, &options).await?;
    let (hook, late) = hook(&settings, &core)?;
    let host = iso8583::host(&settings, &core, hook);
    let door = iso8583::door(&settings, &host)?;
    let state = Arc::new(doors::state(&settings, &core, Arc::clone(&host))?);
    let senders = senders(&settings, &core)?;
    let network = door.map(|door| Ok::<_, StartError>((doors::bind(settings.iso8583.bind)?, door)));
    let network = network.transpose()?;
    let (http, http_address) = doors::bind(settings.server.bind)?;
    let addresses =
        Addresses { http: http_address, iso8583: network.as_ref().map(|((_, bound), _)| *bound) };
    make_first_keys(&core).await;
    let server = doors::serve_http(http, &settings, &state, tls).map_err(StartError::Serve)?;
    let network = network.map(|((listener, _), door)| iso8583::serve(listener, door));
    let network = network.transpose().map_err(StartError::Serve)?;
    let mut workers = workers(&settings, &core, senders, Arc::clone(&state));
    wait_upkeep(&mut workers, (&settings, &core), host, late);
    let running = Running {
        http: server.handle(),
        http_ended: tokio::spawn(server),
        addresses,
        iso8583: network,
        workers,
        health: core.health,
        state,
        store: core.store,
        backend: core.backend,
        settings: settings.server,
    };
    if let Err(error) = announce(addresses, &options) {
        running.stop().await;
        return Err(error);
    }
    Ok(running)
}

/// Before anybody asks for a token. A database that fails here is asked again by the worker, which
/// is no reason to serve nothing else.
async fn make_first_keys(core: &Core) {
    if let Err(error) = RotateOauthKeys::new(core.backend.clone()).run().await {
        tracing::warn!(%error, "the keys of access tokens are not made yet");
    }
}

fn senders(settings: &Settings, core: &Core) -> Result<Option<Senders>, reqwest::Error> {
    if !settings.webhooks.enabled {
        return Ok(None);
    }
    let timeout = Duration::from_secs(settings.webhooks.timeout_seconds);
    let sender = |names| {
        let destinations = (doors::webhook_reach(settings), Arc::clone(names));
        Sender::try_new(destinations, timeout, Arc::clone(&core.backend.keys))
    };
    let (swift, careful) = (sender(&core.names.swift)?, sender(&core.names.careful)?);
    Ok(Some(Senders { swift, careful }))
}

/// How the operator's endpoint is asked, and where its late answers are told.
type Hook = (Option<Arc<dyn DecisionHook>>, Option<LateAnswers>);

fn hook(settings: &Settings, core: &Core) -> Result<Hook, StartError> {
    if !settings.decision_hook.is_on() {
        return Ok((None, None));
    }
    let clock = Arc::clone(&core.backend.edge.clock);
    let hook = EndpointHook::try_new(&settings.decision_hook, clock);
    let (hook, late) = hook.map_err(StartError::HookTls)?;
    Ok((Some(Arc::new(hook)), Some(late)))
}

/// Requests that wait may be another process's, or of a time when there was an endpoint.
fn wait_upkeep(
    workers: &mut Workers,
    (settings, core): (&Settings, &Core),
    host: Arc<Host>,
    late: Option<LateAnswers>,
) {
    let backend = || core.backend.clone();
    let stand_in = settings.decision_hook.stand_in.answer();
    workers.start(FinishPending::new(backend(), host, stand_in));
    workers.start(PurgeWaiting::new(backend()));
    if let Some(late) = late {
        workers.start(NoteLateAnswers::new(backend(), late));
    }
}

fn workers(
    settings: &Settings,
    core: &Core,
    senders: Option<Senders>,
    state: Arc<AppState>,
) -> Workers {
    let backend = || core.backend.clone();
    let mut workers = Workers::default();
    for gateway in &core.gateways {
        workers.start(WatchChain::new(backend(), Arc::clone(gateway)));
    }
    let screening = Arc::clone(&core.screening);
    let cashier = Cashier::new(backend(), core.payouts.clone(), screening);
    workers.start(SendWithdrawals::new(cashier.clone()));
    workers.start(SettleWithdrawals::new(cashier));
    workers.start(ExpireTopups::new(backend()));
    workers.start(ExpireHolds::new(backend()));
    workers.start(WakeReaders::new(backend(), Arc::clone(&state)));
    workers.start(FlushUses::new(backend(), state));
    workers.start(FinishStops::new(backend()));
    workers.start(EndLapsedGrants::new(backend()));
    workers.start(PurgeKeys::new(backend()));
    workers.start(RotateOauthKeys::new(backend()));
    workers.start(PurgeCounters::new(backend()));
    workers.start(PurgeClients::new(backend()));
    workers.start(EndClients::new(backend()));
    workers.start(SpreadAnnouncements::new(backend()));
    workers.start(ForgetEvents::new(backend(), settings.webhooks.retention()));
    workers.start(SweepBlobs::new(backend(), Arc::clone(&core.blobs)));
    if let Some(senders) = senders {
        let due = Arc::new(Notify::new());
        workers.start(FanOutEvents::new(backend(), Arc::clone(&due)));
        workers.start(RecoverEndpoints::new(backend()));
        workers.start(JudgeEndpoints::new(backend()));
        let concurrency = settings.webhooks.concurrency;
        workers.start(DeliverEvents::new(backend(), senders, concurrency, due));
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
