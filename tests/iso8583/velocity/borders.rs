//! Where one window ends and the next begins, with requests of both in one batch.

use std::{sync::Arc, time::Duration};

use cardium_app::cards::{IssueCard, NewPan, SetControls};
use cardium_cards::{ControlsPatch, Patch, Used, Window, WindowPatch};
use cardium_iso8583::WireFormat;
use cardium_kernel::{Book, CardId, Money, Timestamp};
use cardium_network::{CvvDeclineCode, Host, HostSettings, Reply};
use cardium_testkit::{Backend, Tenant, World};
use cardium_vault::Pan;
use serde_json::Value;

use crate::{
    on_both,
    support::{Gate, customer::Card, decode, encode, in_one_batch, purchase, reversal},
};

on_both! {
    requests_of_one_batch_count_in_their_own_days;
    every_window_ends_where_the_calendar_says;
    what_is_taken_back_later_leaves_the_new_day_alone;
}

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
/// 2026-05-28, a Thursday, at midnight.
const THURSDAY: u64 = 1_779_926_400;
const START: u64 = THURSDAY + DAY - MINUTE;

struct Scene {
    world: World,
    gate: Arc<Gate>,
    tenant: Tenant,
    id: CardId,
    card: Card,
    host: Host,
}

impl Scene {
    /// A card with 1000.00 and a limit of 10.00 in a window.
    fn new(backend: Backend, window: Window) -> Self {
        let (world, gate) = Gate::world(backend);
        world.clock.set(at(START));
        let tenant = world.tenant();
        world.fund(tenant, Book::Live, 200_000);
        let (issue, pan) = issue(&world, tenant);
        let id = issue.id;
        world.run(tenant.actor(), issue).expect("the card is issued");
        world.run(tenant.actor(), Tenant::load(id, 100_000)).expect("the card is loaded");
        let limit = WindowPatch { amount: Patch::Set(Money::usd(1_000)), count: Patch::Keep };
        let mut patch = ControlsPatch::default();
        match window {
            Window::Day => patch.daily = limit,
            Window::Week => patch.weekly = limit,
            Window::Month => patch.monthly = limit,
            Window::Lifetime => patch.lifetime = limit,
        }
        world.run(tenant.actor(), SetControls { card: id, patch }).expect("the limit is set");
        let card = Card { id: id.to_string(), pan, cvv: String::new(), expiry: String::new() };
        let host = host(&world);
        Self { world, gate, tenant, id, card, host }
    }

    /// Lets messages arrive at their moments, all in one batch; gives the answers' DE 39.
    fn arrive(&self, messages: &[(u64, Value)]) -> Vec<String> {
        let arrivals = messages.iter().cloned().map(|(seconds, message)| {
            let (host, clock) = (self.host.clone(), Arc::clone(&self.world.clock));
            async move {
                clock.set(at(seconds));
                match host.respond(&host.session(), &encode(&message)).await {
                    Reply::Send(bytes) => decode(&bytes)["39"].as_str().map(str::to_owned),
                    Reply::Nothing | Reply::Close(_) => None,
                }
            }
        });
        let answers = in_one_batch(&self.world, &self.gate, arrivals.collect());
        answers.into_iter().map(|code| code.expect("it is answered")).collect()
    }

    fn buy(&self, cents: i64, stan: u32) -> Value {
        crate::support::without(purchase(&self.card, cents, stan), &["14"])
    }

    fn used(&self, window: Window, seconds: u64) -> (i64, i64) {
        let found = self.world.reads.find_velocity(self.tenant.account, self.id);
        let velocity = found.expect("it reads").expect("the card spent");
        let Used { amount, count } = velocity.used(window, at(seconds));
        (amount.minor(), count)
    }

    fn close(self) {
        assert_eq!(self.world.verify().findings, []);
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH.after(Duration::from_secs(seconds))
}

fn issue(world: &World, tenant: Tenant) -> (IssueCard, String) {
    let mut issue = world.issue(tenant, Book::Live);
    let (bin, digits) = (issue.product.bin, world.edge.random());
    let sealed = (&digits, &world.edge.random());
    issue.pan =
        NewPan::draw(&world.keys, bin, (tenant.account, issue.id), sealed).expect("a PAN is drawn");
    let pan = Pan::generate(bin, &digits).expect("the same PAN is drawn");
    (issue, pan.reveal().to_owned())
}

fn host(world: &World) -> Host {
    Host {
        database: Arc::clone(&world.database),
        edge: world.edge.clone(),
        keys: Arc::clone(&world.keys),
        hook: None,
        settings: HostSettings {
            format: WireFormat::default(),
            patience: Duration::from_secs(20),
            starts_signed_on: true,
            cvv_decline_code: CvvDeclineCode::DoNotHonour,
        },
    }
}

/// The last one comes from a process whose clock runs behind: the new day has begun, and it
/// counts there.
fn requests_of_one_batch_count_in_their_own_days(backend: Backend) {
    let scene = Scene::new(backend, Window::Day);
    let midnight = THURSDAY + DAY;
    let codes = scene.arrive(&[
        (midnight - 1, scene.buy(1_000, 1)),
        (midnight - 1, scene.buy(1, 2)),
        (midnight, scene.buy(700, 3)),
        (midnight - 1, scene.buy(300, 4)),
        (midnight - 1, scene.buy(1, 5)),
        (midnight, scene.buy(1, 6)),
    ]);
    assert_eq!(codes, ["00", "61", "00", "00", "61", "61"]);
    assert_eq!(scene.used(Window::Day, midnight), (1_000, 2));
    assert_eq!(scene.used(Window::Lifetime, midnight), (2_000, 3));
    scene.close();
}

fn every_window_ends_where_the_calendar_says(backend: Backend) {
    // Sunday 2026-05-31 ends both a week and a month, so the next ones are taken.
    for (window, border) in [
        (Window::Day, THURSDAY + DAY),
        (Window::Week, THURSDAY + 11 * DAY),
        (Window::Month, THURSDAY + 34 * DAY),
    ] {
        let scene = Scene::new(backend, window);
        let codes = scene.arrive(&[
            (border - 1, scene.buy(1_000, 1)),
            (border - 1, scene.buy(1, 2)),
            (border, scene.buy(1_000, 3)),
            (border, scene.buy(1, 4)),
        ]);
        assert_eq!(codes, ["00", "61", "00", "61"], "{window:?}");
        assert_eq!(scene.used(window, border), (1_000, 1), "{window:?}");
        scene.close();
    }
    let scene = Scene::new(backend, Window::Lifetime);
    let codes = scene.arrive(&[(START, scene.buy(1_000, 1)), (START + 400 * DAY, scene.buy(1, 2))]);
    assert_eq!(codes, ["00", "61"], "a life has no borders");
    scene.close();
}

fn what_is_taken_back_later_leaves_the_new_day_alone(backend: Backend) {
    let scene = Scene::new(backend, Window::Day);
    let midnight = THURSDAY + DAY;
    let (yesterday, today) = (scene.buy(800, 1), scene.buy(1_000, 2));
    let codes = scene.arrive(&[
        (midnight - 1, yesterday.clone()),
        (midnight, today.clone()),
        (midnight, reversal("0420", &yesterday, 3)),
        (midnight, scene.buy(1, 4)),
    ]);
    assert_eq!(codes, ["00", "00", "00", "61"]);
    assert_eq!(scene.used(Window::Day, midnight), (1_000, 1));
    assert_eq!(scene.used(Window::Lifetime, midnight), (1_000, 1));
    let codes = scene.arrive(&[
        (midnight, reversal("0420", &today, 5)),
        (midnight, scene.buy(1_000, 6)),
        (midnight, scene.buy(1, 7)),
    ]);
    assert_eq!(codes, ["00", "00", "61"]);
    scene.close();
}
