//! Webhooks on their way, step by step: events fan out, lanes are leased, results are recorded.

use std::{sync::Arc, time::Duration};

use cardium_app::{
    Actor,
    cards::{FreezeCard, UnfreezeCard},
    reads::{Dispatch, Visit},
    webhooks::{
        CreateWebhook, DeleteWebhook, FanOut, LeaseLanes, RecordAttempts, ReplayWebhook,
        UpdateWebhook,
    },
};
use cardium_kernel::{AccountId, Book, CardId, DeliveryId, EndpointId, EventId, Metadata};
use cardium_testkit::{Backend, Tenant, World};
use cardium_webhooks::{
    Attempt, AttemptFailure, AttemptResult, EndpointPatch, EndpointStatus, EventFilter, Ordering,
    Payload, Release, Visited,
};

use crate::on_both;

on_both! {
    events_of_an_object_go_one_after_the_other;
    what_waits_for_its_turn_goes_when_order_is_given_up;
    a_replay_and_the_original_are_never_on_the_way_together;
    what_does_not_decode_holds_up_its_own_alone;
    big_events_make_a_visit_short;
    a_leased_lane_is_nobody_elses_until_it_lapses;
    a_lane_that_is_disabled_while_it_is_visited_keeps_what_is_left;
    a_lane_that_is_removed_while_it_is_visited_is_gone;
    silent_receivers_are_leased_apart;
    silent_receivers_take_turns;
    a_lease_of_a_clock_that_was_far_ahead_holds_nobody_up;
    what_is_disabled_does_not_fail;
    accounts_fan_out_in_turn;
    what_is_not_kept_any_more_is_given_up;
    damage_to_what_is_on_its_way_is_found;
}

/// What an attempt can come to.
type Outcome = Result<u16, AttemptFailure>;

/// An account with an endpoint for everything.
struct Subscriber {
    world: World,
    tenant: Tenant,
    endpoint: EndpointId,
}

impl Subscriber {
    fn new(backend: Backend, ordering: Ordering) -> Self {
        let world = World::new(backend);
        let tenant = world.tenant();
        let endpoint = subscribe(&world, tenant, ordering);
        Self { world, tenant, endpoint }
    }

    fn card(&self) -> CardId {
        self.world.card(self.tenant, Book::Live)
    }

    fn freeze(&self, card: CardId) {
        self.world.run(self.tenant.actor(), FreezeCard { card }).expect("it is active");
    }

    fn unfreeze(&self, card: CardId) {
        self.world.run(self.tenant.actor(), UnfreezeCard { card }).expect("it is frozen");
    }

    fn change(&self, patch: EndpointPatch) {
        let change = UpdateWebhook { id: self.endpoint, patch, forbidden: None };
        self.world.run(self.tenant.actor(), change).expect("the endpoint is there");
    }

    /// The visit of the only lane.
    fn visit(&self) -> Visit {
        fan_out(&self.world);
        let mut visits = visits(&self.world);
        assert_eq!(visits.len(), 1);
        visits.remove(0)
    }

    /// Visits the only lane and answers each event as `answer` says; gives what was sent, as the
    /// event's name and object.
    fn deliver(&self, answer: impl Fn(&Dispatch) -> Outcome) -> Vec<(String, u128)> {
        let visit = self.visit();
        let sent = visit.dispatches.iter().map(sent).collect();
        finish(&self.world, visit, answer);
        sent
    }

    fn count(&self, table: &str, condition: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS count FROM {table} WHERE {condition}");
        self.world.scratch.count(&sql)
    }

    fn assert_clean(&self) {
        assert_eq!(self.world.verify().findings, []);
    }
}

pub(super) fn subscribe(world: &World, tenant: Tenant, ordering: Ordering) -> EndpointId {
    let id = EndpointId::new(world.mint());
    let create = CreateWebhook {
        id,
        url: "https://hooks.example.com/".to_owned(),
        forbidden: None,
        events: EventFilter::Everything,
        mode: None,
        description: String::new(),
        secret: Vec::new(),
        payload: Payload::Full,
        ordering,
        metadata: Metadata::default(),
    };
    world.run(tenant.actor(), create).expect("the endpoint is made");
    id
}

pub(super) fn fan_out(world: &World) {
    let mut after = AccountId::new(0);
    while let Some(fanned) = world.run(Actor::System, FanOut { after }).expect("events fan out") {
        assert!(fanned.count > 0);
        after = fanned.last;
    }
}

fn visits(world: &World) -> Vec<Visit> {
    visits_of(world, LeaseLanes { swift: 9, careful: 9 })
}

fn visits_of(world: &World, lease: LeaseLanes) -> Vec<Visit> {
    let lanes = world.run(Actor::System, lease).expect("lanes are leased");
    world.reads.visits(lanes, world.edge.clock.now()).expect("the database is readable")
}

fn sent(dispatch: &Dispatch) -> (String, u128) {
    (dispatch.event.kind.clone(), dispatch.delivery.object)
}

fn attempt(world: &World, outcome: Outcome) -> Attempt {
    Attempt { at: world.edge.clock.now(), took_ms: 5, outcome, excerpt: String::new() }
}

/// The results of a visit, and the lane's release.
fn notes(world: &World, visit: Visit, answer: impl Fn(&Dispatch) -> Outcome) -> RecordAttempts {
    let Visit { lane, dispatches, gone } = visit;
    let mut visited = Visited::default();
    let lease = lane.lease;
    let mut results = Vec::new();
    for dispatch in dispatches {
        let attempt = attempt(world, answer(&dispatch));
        visited.note(&attempt);
        let delivery = dispatch.delivery;
        results.push(AttemptResult { delivery, lease, attempt: Some(attempt), jitter: 0 });
    }
    let lost = |delivery| AttemptResult { delivery, lease, attempt: None, jitter: 0 };
    results.extend(gone.into_iter().map(lost));
    let release = Release { endpoint: lane.endpoint, lease, pace: lane.pace, visited };
    RecordAttempts { results, releases: vec![release] }
}

fn finish(world: &World, visit: Visit, answer: impl Fn(&Dispatch) -> Outcome) {
    let notes = notes(world, visit, answer);
    world.run(Actor::System, notes).expect("results are written");
}

fn ok(_: &Dispatch) -> Outcome {
    Ok(204)
}

fn names(sent: &[(String, u128)]) -> Vec<&str> {
    sent.iter().map(|(name, _)| name.as_str()).collect()
}

fn events_of_an_object_go_one_after_the_other(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let (first, second) = (subscriber.card(), subscriber.card());
    subscriber.freeze(first);
    subscriber.unfreeze(first);
    subscriber.freeze(second);
    // The first card's events fail, and its later ones wait; those of the second go on.
    let refused = |dispatch: &Dispatch| {
        if dispatch.delivery.object == first.value() { Ok(500) } else { Ok(204) }
    };
    let both = subscriber.deliver(refused);
    assert_eq!(names(&both), ["card.issued", "card.issued"]);
    let expected = [("card.frozen".to_owned(), second.value())];
    assert_eq!(subscriber.deliver(refused), expected);
    subscriber.assert_clean();
    for (delay, kind) in [(30, "card.issued"), (300, "card.issued")] {
        assert!(visits(&subscriber.world).is_empty());
        subscriber.world.clock.advance(Duration::from_secs(delay));
        assert_eq!(names(&subscriber.deliver(refused)), [kind]);
    }
    for delay in [1_800, 7_200, 43_200, 86_400] {
        subscriber.unfreeze(second);
        subscriber.freeze(second);
        assert_eq!(names(&subscriber.deliver(refused)), ["card.unfrozen"]);
        assert_eq!(names(&subscriber.deliver(refused)), ["card.frozen"]);
        subscriber.world.clock.advance(Duration::from_secs(delay));
        assert_eq!(names(&subscriber.deliver(refused)), ["card.issued"]);
    }
    // The seventh attempt was the last: what waited goes, one by one.
    assert_eq!(names(&subscriber.deliver(ok)), ["card.frozen"]);
    subscriber.freeze(first);
    assert_eq!(names(&subscriber.deliver(ok)), ["card.unfrozen"]);
    assert_eq!(names(&subscriber.deliver(ok)), ["card.frozen"]);
    assert!(visits(&subscriber.world).is_empty());
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'failed'"), 1);
    subscriber.assert_clean();
}

fn what_waits_for_its_turn_goes_when_order_is_given_up(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let card = subscriber.card();
    subscriber.freeze(card);
    subscriber.unfreeze(card);
    assert_eq!(names(&subscriber.deliver(|_| Ok(500))), ["card.issued"]);
    assert!(visits(&subscriber.world).is_empty());
    let ordering = Some(Ordering::None);
    subscriber.change(EndpointPatch { ordering, ..EndpointPatch::default() });
    subscriber.assert_clean();
    assert_eq!(names(&subscriber.deliver(ok)), ["card.frozen", "card.unfrozen"]);
    subscriber.assert_clean();
}

fn a_replay_and_the_original_are_never_on_the_way_together(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    subscriber.card();
    assert_eq!(names(&subscriber.deliver(|_| Ok(500))), ["card.issued"]);
    let event = subscriber.world.scratch.id("SELECT event_id AS id FROM webhook_deliveries");
    let (webhook, event) = (subscriber.endpoint, EventId::new(event));
    let replay = ReplayWebhook { endpoint: webhook, event };
    subscriber.world.run(subscriber.tenant.actor(), replay).expect("the event is kept");
    subscriber.world.clock.advance(Duration::from_secs(33));
    let mut made: Vec<DeliveryId> = Vec::new();
    for _ in 0..2 {
        let visit = subscriber.visit();
        made.extend(visit.dispatches.iter().map(|dispatch| dispatch.delivery.id));
        finish(&subscriber.world, visit, ok);
    }
    assert!(made.len() == 2 && made[0] != made[1], "{made:?}");
    assert!(visits(&subscriber.world).is_empty());
    subscriber.assert_clean();
}

fn a_leased_lane_is_nobody_elses_until_it_lapses(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    let world = &subscriber.world;
    // SQLite belongs to one process.
    let other = match backend {
        Backend::Postgres => Some(World::on(Arc::clone(&world.scratch), |_| {})),
        Backend::Sqlite => None,
    };
    let taker = other.as_ref().unwrap_or(world);
    subscriber.card();
    let first = subscriber.visit();
    assert!(visits(taker).is_empty());
    // A lease is 30 seconds long.
    for world in [Some(world), other.as_ref()].into_iter().flatten() {
        world.clock.advance(Duration::from_secs(29));
    }
    assert!(visits(taker).is_empty());
    for world in [Some(world), other.as_ref()].into_iter().flatten() {
        world.clock.advance(Duration::from_secs(1));
    }
    let second = visits(taker).remove(0);
    assert_eq!(second.dispatches, first.dispatches);
    assert_eq!(second.lane.lease, first.lane.lease + 1);
    // What the first has to tell is void, and its release lets nobody in.
    finish(world, first, |_| Ok(500));
    assert_eq!(subscriber.count("webhook_deliveries", "attempts = 0"), 1);
    assert!(visits(world).is_empty());
    finish(taker, second, ok);
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'delivered' AND attempts = 1"), 1);
    subscriber.assert_clean();
}

fn a_lane_that_is_disabled_while_it_is_visited_keeps_what_is_left(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    subscriber.card();
    subscriber.card();
    let mut visit = subscriber.visit();
    assert_eq!(visit.dispatches.len(), 2);
    let status = |status| EndpointPatch { status: Some(status), ..EndpointPatch::default() };
    subscriber.change(status(EndpointStatus::Disabled));
    visit.dispatches.truncate(1);
    finish(&subscriber.world, visit, ok);
    assert!(visits(&subscriber.world).is_empty());
    assert_eq!(subscriber.count("webhook_lanes", "due_at IS NULL AND leased_until = 0"), 1);
    subscriber.assert_clean();
    subscriber.change(status(EndpointStatus::Enabled));
    assert_eq!(names(&subscriber.deliver(ok)), ["card.issued"]);
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'delivered'"), 2);
    subscriber.assert_clean();
}

fn a_lane_that_is_removed_while_it_is_visited_is_gone(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let card = subscriber.card();
    subscriber.freeze(card);
    let visit = subscriber.visit();
    let remove = DeleteWebhook { id: subscriber.endpoint };
    subscriber.world.run(subscriber.tenant.actor(), remove).expect("it is there");
    finish(&subscriber.world, visit, ok);
    assert_eq!(subscriber.count("webhook_deliveries", "1 = 1"), 0);
    assert_eq!(subscriber.count("webhook_lanes", "1 = 1"), 0);
    subscriber.assert_clean();
}

fn silent_receivers_are_leased_apart(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    let world = &subscriber.world;
    let swift = LeaseLanes { swift: 9, careful: 0 };
    let careful = LeaseLanes { swift: 0, careful: 9 };
    subscriber.card();
    subscriber.card();
    fan_out(world);
    let mut visit = visits_of(world, swift.clone()).remove(0);
    assert_eq!(visit.lane.failing_since, None);
    // A visit ends with the first attempt that gets no answer.
    visit.dispatches.truncate(1);
    let failing_since = world.edge.clock.now();
    finish(world, visit, |_| Err(AttemptFailure::Timeout));
    // The other event is due, but the lane rests.
    assert!(visits(world).is_empty());
    world.clock.advance(Duration::from_secs(1));
    assert!(visits_of(world, swift.clone()).is_empty());
    let visit = visits_of(world, careful).remove(0);
    assert_eq!((visit.dispatches.len(), visit.lane.pace.width()), (1, 2));
    assert_eq!(visit.lane.failing_since, Some(failing_since));
    finish(world, visit, ok);
    subscriber.assert_clean();
    // It answers: after some visits it is among the swift again.
    let mut visits = 0;
    while visits_of(world, swift.clone()).is_empty() {
        subscriber.card();
        subscriber.deliver(ok);
        subscriber.card();
        fan_out(world);
        visits += 1;
        assert!(visits < 9);
    }
    assert_eq!(subscriber.count("webhook_lanes", "failing_since IS NULL"), 1);
}

/// What a silent receiver has not got is due for ever longer: it must not be first for ever.
fn silent_receivers_take_turns(backend: Backend) {
    let world = World::new(backend);
    for _ in 0..3 {
        let tenant = world.tenant();
        subscribe(&world, tenant, Ordering::None);
        for _ in 0..3 {
            let _issued = world.card(tenant, Book::Live);
        }
        world.clock.advance(Duration::from_secs(1));
    }
    fan_out(&world);
    world.scratch.execute("UPDATE webhook_lanes SET careful = TRUE, width = 1");
    let mut visited = Vec::new();
    for _ in 0..6 {
        let mut visit = visits_of(&world, LeaseLanes { swift: 0, careful: 1 }).remove(0);
        visit.dispatches.truncate(1);
        visited.push(visit.lane.endpoint);
        finish(&world, visit, |_| Err(AttemptFailure::Timeout));
        // The longest rest.
        world.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(visited[..3], visited[3..]);
    visited.sort_unstable();
    visited.dedup();
    assert_eq!(visited.len(), 3);
}

fn a_lease_of_a_clock_that_was_far_ahead_holds_nobody_up(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    subscriber.card();
    fan_out(&subscriber.world);
    subscriber.world.scratch.execute("UPDATE webhook_lanes SET leased_until = 9000000000000000");
    assert_eq!(names(&subscriber.deliver(ok)), ["card.issued"]);
    subscriber.assert_clean();
}

fn what_is_disabled_does_not_fail(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let card = subscriber.card();
    subscriber.freeze(card);
    subscriber.deliver(|_| Ok(500));
    assert_eq!(subscriber.count("webhook_lanes", "failing_since IS NOT NULL"), 1);
    subscriber.world.clock.advance(Duration::from_secs(33));
    let visit = subscriber.visit();
    let status = Some(EndpointStatus::Disabled);
    subscriber.change(EndpointPatch { status, ..EndpointPatch::default() });
    let idle = "failing_since IS NULL AND due_at IS NULL";
    assert_eq!(subscriber.count("webhook_lanes", idle), 1);
    // What ends now lets the next of its object go, but nowhere to.
    let RecordAttempts { results, .. } = notes(&subscriber.world, visit, ok);
    let results = RecordAttempts { results, releases: Vec::new() };
    subscriber.world.run(Actor::System, results).expect("results are written");
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'pending'"), 1);
    assert_eq!(subscriber.count("webhook_lanes", idle), 1);
}

fn what_does_not_decode_holds_up_its_own_alone(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    let (world, bad) = (&subscriber.world, subscriber.endpoint);
    let other = world.tenant();
    let good = subscribe(world, other, Ordering::None);
    let issue = || [subscriber.tenant, other].map(|tenant| world.card(tenant, Book::Live));
    let visited = || {
        world.clock.advance(Duration::from_secs(60));
        let found = visits(world);
        let mut visited: Vec<_> = found.iter().map(|visit| visit.lane.endpoint).collect();
        visited.sort();
        found.into_iter().for_each(|visit| finish(world, visit, ok));
        visited
    };
    let set = |table: &str, column: &str, value: &str, endpoint: EndpointId| {
        let id = if table == "webhook_endpoints" { "id" } else { "endpoint_id" };
        let bytes = match backend {
            Backend::Postgres => format!("decode('{:032x}', 'hex')", endpoint.value()),
            Backend::Sqlite => format!("x'{:032x}'", endpoint.value()),
        };
        let sql = format!("UPDATE {table} SET {column} = '{value}' WHERE {id} = {bytes}");
        world.scratch.execute(&sql);
    };
    // A delivery.
    issue();
    fan_out(world);
    set("webhook_deliveries", "attempt_log", "torn", bad);
    assert_eq!(visited(), [good]);
    set("webhook_deliveries", "attempt_log", "[]", bad);
    assert_eq!(visited(), [bad]);
    // An endpoint whose events are on their way, and one whose events are not yet.
    issue();
    fan_out(world);
    set("webhook_endpoints", "ordering", "torn", bad);
    assert_eq!(visited(), [good]);
    issue();
    let run = |after| world.run(Actor::System, FanOut { after }).expect("events fan out");
    let first = run(AccountId::new(0)).expect("there are events");
    assert_eq!((first.count, first.held), (1, vec![subscriber.tenant.account]));
    let idle = run(first.last).expect("one waits");
    assert_eq!((idle.count, idle.last), (0, subscriber.tenant.account));
    assert_eq!(visited(), [good]);
    set("webhook_endpoints", "ordering", "none", bad);
    fan_out(world);
    assert_eq!(visited(), [bad]);
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'delivered'"), 6);
    subscriber.assert_clean();
}

fn big_events_make_a_visit_short(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::None);
    for _ in 0..4 {
        subscriber.card();
    }
    fan_out(&subscriber.world);
    let big = match backend {
        Backend::Postgres => "decode(repeat('20', 300000), 'hex')",
        Backend::Sqlite => "zeroblob(300000)",
    };
    subscriber.world.scratch.execute(&format!("UPDATE events SET object = {big}"));
    for left in [2, 0] {
        let visit = subscriber.visit();
        assert_eq!(visit.dispatches.len(), 2);
        finish(&subscriber.world, visit, ok);
        assert_eq!(subscriber.count("webhook_deliveries", "state = 'pending'"), left);
    }
}

fn accounts_fan_out_in_turn(backend: Backend) {
    let world = World::new(backend);
    let mut tenants = [world.tenant(), world.tenant()];
    tenants.sort_by_key(|tenant| tenant.account);
    let [first, second] = tenants;
    for tenant in [first, second] {
        subscribe(&world, tenant, Ordering::None);
        let _issued = world.card(tenant, Book::Live);
    }
    let after = first.account;
    // The second's come first, then it goes around.
    let last = world.run(Actor::System, FanOut { after }).expect("events fan out");
    assert_eq!(last.map(|fanned| fanned.last), Some(first.account));
    let made = "SELECT COUNT(*) AS count FROM webhook_deliveries";
    assert_eq!(world.scratch.count(made), 2);
    assert_eq!(world.run(Actor::System, FanOut { after }).expect("there are none"), None);
    assert_eq!(visits(&world).len(), 2);
    assert_eq!(world.verify().findings, []);
}

fn what_is_not_kept_any_more_is_given_up(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let card = subscriber.card();
    subscriber.freeze(card);
    fan_out(&subscriber.world);
    subscriber.world.scratch.execute("DELETE FROM events WHERE kind = 'card.issued'");
    let visit = subscriber.visit();
    assert_eq!((visit.dispatches.len(), visit.gone.len()), (0, 1));
    finish(&subscriber.world, visit, ok);
    assert_eq!(subscriber.count("webhook_deliveries", "state = 'failed' AND attempts = 0"), 1);
    assert_eq!(names(&subscriber.deliver(ok)), ["card.frozen"]);
    assert!(visits(&subscriber.world).is_empty());
}

fn damage_to_what_is_on_its_way_is_found(backend: Backend) {
    let subscriber = Subscriber::new(backend, Ordering::PerObject);
    let card = subscriber.card();
    subscriber.freeze(card);
    fan_out(&subscriber.world);
    subscriber.assert_clean();
    let copy = "INSERT INTO webhook_deliveries SELECT object_id, account_id, event_id, \
                endpoint_id, 'delivered', 0, 0, 0, replayed, object_id, account_seq, FALSE, '[]', \
                0 FROM webhook_deliveries WHERE state = 'pending'";
    for (damage, repair, named) in [
        (
            "UPDATE webhook_lanes SET due_at = NULL",
            "UPDATE webhook_lanes SET due_at = 0",
            "due later than what is on its way",
        ),
        (
            "UPDATE webhook_lanes SET due_at = 9000000000000000",
            "UPDATE webhook_lanes SET due_at = 0",
            "due later than what is on its way",
        ),
        (
            "UPDATE webhook_deliveries SET state = 'delivered' WHERE state = 'pending'",
            "UPDATE webhook_deliveries SET state = 'pending' WHERE state = 'delivered'",
            "wait for an earlier one",
        ),
        (
            "UPDATE webhook_deliveries SET state = 'pending', attempts = 1 WHERE state = 'queued'",
            "UPDATE webhook_deliveries SET state = 'queued', attempts = 0 WHERE attempts = 1",
            "go beside another",
        ),
        ("DROP INDEX webhook_deliveries_event", "SELECT 1", ""),
        (copy, "DELETE FROM webhook_deliveries WHERE state = 'delivered'", "more than one"),
        (
            "UPDATE webhook_lanes SET endpoint_id = account_id",
            "UPDATE webhook_lanes SET endpoint_id = (SELECT id FROM webhook_endpoints)",
            "no lane",
        ),
        (
            "UPDATE webhook_lanes SET endpoint_id = account_id",
            "UPDATE webhook_lanes SET endpoint_id = (SELECT id FROM webhook_endpoints)",
            "endpoint that is gone",
        ),
    ] {
        subscriber.world.scratch.execute(damage);
        let findings = subscriber.world.verify().findings;
        let found = findings
            .iter()
            .any(|finding| finding.invariant == "I12" && finding.detail.contains(named));
        assert!(found || named.is_empty(), "{damage} is not named: {findings:?}");
        subscriber.world.scratch.execute(repair);
        subscriber.assert_clean();
    }
}
