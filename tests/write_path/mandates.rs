//! What agents spend: counted in the transaction that spends it, asked for where the owner says so,
//! and over the moment that the owner says so.

use cardium_app::{
    Actor, Answer, CommandError, Intent,
    accounts::{LockAccount, Running, StepUp, StopRest, UnlockAccount},
    cards::{Binding, DescribeCard, FreezeCard, LoadCard, RevealPan, UnfreezeCard},
    grants::{AgreeGrant, Answered, DecideApproval, RevokeGrant},
    network::{CheckAuthorization, When},
    reads::{ApprovalFilter, ByCreation, ListQuery},
    screening::Verdict,
    withdrawals::{TakeUpWithdrawal, Withdraw},
};
use cardium_auth::{
    CredentialKind, ScopeSet,
    grants::{APPROVAL_LIFETIME, Approval, Grant, Mandate, NewGrant, Reach, Reveal, Spent},
};
use cardium_cards::{CardStatus, FreezeReason, Patch};
use cardium_kernel::{
    Asset, Book, CardId, CredentialId, ErrorCode, GrantId, Metadata, Money, Network, WithdrawalId,
};
use cardium_testkit::{Backend, Tenant, World};

use crate::on_both;

mod damage;
mod questions;

on_both! {
    two_thousand_spends_at_once_stop_at_the_total;
    a_racing_revocation_ends_what_comes_after_it;
    an_approval_is_used_once_by_two_retries_at_once;
    what_is_asked_leaves_its_trace_and_nothing_else;
    an_answer_holds_for_its_terms_and_its_key_alone;
    a_trial_asks_nobody_and_counts_nothing;
    fees_count_and_books_do_not_mix;
    reveals_keep_to_what_was_granted;
    a_mandate_with_merchants_keeps_to_its_own_cards;
    cards_outside_a_narrowed_grant_are_unknown;
    what_is_about_all_cards_is_refused_to_a_narrowed_grant;
    a_stop_ends_agents_and_cards;
    a_stop_that_broke_off_is_finished;
    a_stop_holds_payments_until_it_is_lifted;
}

/// An agent with what it was granted.
#[derive(Debug, Clone, Copy)]
struct Agent {
    tenant: Tenant,
    grant: GrantId,
}

impl Agent {
    fn acting(self, reach: Reach) -> Actor {
        Actor::Credential {
            account: self.tenant.account,
            credential: CredentialId::new(self.grant.value()),
            kind: CredentialKind::Grant,
            scope: None,
            reach,
        }
    }

    fn actor(self) -> Actor {
        self.acting(Reach::Found)
    }

    fn stored(self, world: &World) -> Grant {
        let found = world.reads.find_grant(self.grant).expect("it reads");
        found.expect("the grant is there").grant
    }

    fn spent(self, world: &World) -> Spent {
        self.stored(world).spent
    }

    fn approvals(self, world: &World) -> Vec<Approval> {
        let query = ListQuery::<ApprovalFilter, _>::first(self.tenant.account, ByCreation);
        world.reads.list_approvals(&query).expect("it reads").items
    }

    fn decide(self, world: &World, approval: &Approval, answer: Answered) {
        let decide = DecideApproval { id: approval.id, answer };
        world.run(self.tenant.actor(), decide).expect("the owner decides");
    }
}

fn terms(tenant: Tenant, id: GrantId) -> NewGrant {
    NewGrant {
        id,
        account: tenant.account,
        client_id: id.to_string(),
        client_name: "Agent".to_owned(),
        redirect_host: "127.0.0.1".to_owned(),
        scopes: ScopeSet::all(),
        cards: None,
        reveal: Reveal::Always,
        mandate: Mandate::default(),
    }
}

/// Gives an agent what a test makes of the usual terms.
fn grant(world: &World, tenant: Tenant, change: impl FnOnce(&mut NewGrant)) -> Agent {
    let grant = GrantId::new(world.mint());
    let mut new = terms(tenant, grant);
    change(&mut new);
    world.run(tenant.actor(), AgreeGrant { new, existing: None }).expect("the owner agrees");
    Agent { tenant, grant }
}

fn with_mandate(world: &World, tenant: Tenant, mandate: Mandate) -> Agent {
    grant(world, tenant, |new| new.mandate = mandate)
}

fn usd(cents: i64) -> Money {
    Money::usd(cents)
}

fn code<T: std::fmt::Debug>(result: Result<T, CommandError>) -> ErrorCode {
    match result {
        Err(CommandError::Problem(problem)) => problem.code,
        other => panic!("{other:?}"),
    }
}

/// A tenant with live money and a card.
fn funded(world: &World, cents: i64) -> (Tenant, CardId) {
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, cents);
    (tenant, world.card(tenant, Book::Live))
}

fn two_thousand_spends_at_once_stop_at_the_total(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 500_000);
    let total = Mandate { total: Some(usd(50_000)), ..Mandate::default() };
    let agent = with_mandate(&world, tenant, total);
    let loads: Vec<_> =
        (0..2_000).map(|_| world.submit(agent.actor(), Tenant::load(card, 100))).collect();
    let done = world.runtime.block_on(async {
        let tasks: Vec<_> = loads.into_iter().map(tokio::spawn).collect();
        let mut done = 0;
        for task in tasks {
            match task.await.expect("the task does not panic") {
                Ok(_) => done += 1,
                refused => assert_eq!(code(refused), ErrorCode::MandateExceeded),
            }
        }
        done
    });
    assert_eq!(done, 500);
    assert_eq!(agent.spent(&world).live, usd(50_000));
    let view = world.reads.find_card(tenant.account, card).expect("it reads").expect("it is there");
    assert_eq!(view.balance.expect("it has money").available().expect("it adds up"), usd(50_000));
    assert_eq!(world.verify().findings, []);
}

fn a_racing_revocation_ends_what_comes_after_it(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 500_000);
    let agent = with_mandate(&world, tenant, Mandate::default());
    let load = || world.submit(agent.actor(), Tenant::load(card, 100));
    let before: Vec<_> = (0..100).map(|_| load()).collect();
    let revoke = world.submit(tenant.actor(), RevokeGrant { grant: agent.grant });
    let after: Vec<_> = (0..100).map(|_| load()).collect();
    let done = world.runtime.block_on(async {
        let before: Vec<_> = before.into_iter().map(tokio::spawn).collect();
        let revoke = tokio::spawn(revoke);
        let after: Vec<_> = after.into_iter().map(tokio::spawn).collect();
        revoke.await.expect("no panic").expect("it is revoked");
        let mut done = 0;
        for task in before.into_iter().chain(after) {
            match task.await.expect("no panic") {
                Ok(_) => done += 1,
                refused => assert_eq!(code(refused), ErrorCode::InvalidCredentials),
            }
        }
        done
    });
    assert_eq!(
        code(world.run(agent.actor(), Tenant::load(card, 100))),
        ErrorCode::InvalidCredentials
    );
    assert_eq!(agent.spent(&world).live, usd(done * 100), "what went through is what is counted");
    assert_eq!(world.verify().findings, []);
}

/// Asks for a load under a key.
fn keyed(world: &World, agent: Agent, key: u128, load: LoadCard) -> Result<Answer, CommandError> {
    world.runtime.block_on(world.submit_once(agent.actor(), (key, [7; 32]), load))
}

fn yes() -> Answered {
    Answered::Yes(StepUp::FreshSession)
}

fn asking_above(cents: i64) -> Mandate {
    Mandate { approval_above: Some(usd(cents)), ..Mandate::default() }
}

fn an_approval_is_used_once_by_two_retries_at_once(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(1_000));
    let load = || Tenant::load(card, 5_000);
    // Without a key: one of many uses it, the others ask again.
    assert_eq!(code(world.run(agent.actor(), load())), ErrorCode::ApprovalRequired);
    let asked = agent.approvals(&world).remove(0);
    agent.decide(&world, &asked, yes());
    let race = |tries: Vec<_>| {
        world.runtime.block_on(async {
            let mut done = 0;
            let tasks: Vec<_> = tries.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                match task.await.expect("no panic") {
                    Ok(_) => done += 1,
                    refused => assert_eq!(code(refused), ErrorCode::ApprovalRequired),
                }
            }
            done
        })
    };
    let tries = (0..8).map(|_| world.submit(agent.actor(), load())).collect();
    assert_eq!(race(tries), 1);
    assert_eq!(agent.spent(&world).live, usd(5_000));
    // With a key: one runs, the others are its replays.
    assert_eq!(code(keyed(&world, agent, 77, load())), ErrorCode::ApprovalRequired);
    let open = agent.approvals(&world).into_iter().find(|one| one.id != asked.id);
    agent.decide(&world, &open.expect("it was asked for by its key"), yes());
    let tries: Vec<_> =
        (0..8).map(|_| world.submit_once(agent.actor(), (77, [7; 32]), load())).collect();
    let answers = world.runtime.block_on(async {
        let tasks: Vec<_> = tries.into_iter().map(tokio::spawn).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.expect("no panic").expect("it runs or is replayed"));
        }
        answers
    });
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert_eq!(agent.spent(&world).live, usd(10_000));
    assert_eq!(world.verify().findings, []);
}

fn what_is_asked_leaves_its_trace_and_nothing_else(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(0));
    let before = agent.stored(&world).version;
    let ask = || world.run(agent.actor(), Tenant::load(card, 5_000));
    let CommandError::Problem(problem) = ask().expect_err("the owner is asked") else { panic!() };
    assert_eq!(problem.code, ErrorCode::ApprovalRequired);
    let asked = agent.approvals(&world).remove(0);
    assert_eq!(problem.approval.as_deref(), Some(&asked.id));
    assert_eq!((asked.amount, asked.card, asked.book), (Some(usd(5_000)), Some(card), Book::Live));
    assert!(asked.summary.contains("50.00 USD") && asked.summary.contains(&card.to_string()));
    // The same again writes nothing.
    assert_eq!(code(ask()), ErrorCode::ApprovalRequired);
    assert_eq!(agent.approvals(&world), vec![asked.clone()]);
    assert_eq!(agent.stored(&world).version, before + 1, "the question is counted");
    // A card that is issued with a load is not there before the owner agreed.
    let issue =
        cardium_app::cards::IssueCard { load: Some(usd(2_000)), ..world.issue(tenant, Book::Live) };
    let id = issue.id;
    let again = issue.clone();
    assert_eq!(code(world.run(agent.acting(Reach::All), issue)), ErrorCode::ApprovalRequired);
    assert_eq!(world.reads.find_card(tenant.account, id).expect("it reads"), None);
    let wish = agent.approvals(&world).into_iter().find(|one| one.operation == "issue_card");
    agent.decide(&world, &wish.expect("it was asked for"), yes());
    let made = world.run(agent.acting(Reach::All), again).expect("it is issued");
    assert_eq!(made.card.grant, Some(agent.grant));
    assert_eq!(world.verify().findings, []);
}

fn an_answer_holds_for_its_terms_and_its_key_alone(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(1_000));
    let ask = |key, cents| keyed(&world, agent, key, Tenant::load(card, cents));
    assert_eq!(code(ask(1, 5_000)), ErrorCode::ApprovalRequired);
    let asked = agent.approvals(&world).remove(0);
    agent.decide(&world, &asked, yes());
    // Another key, another amount: other questions.
    assert_eq!(code(ask(2, 5_000)), ErrorCode::ApprovalRequired);
    assert_eq!(code(ask(1, 5_001)), ErrorCode::ApprovalRequired);
    assert_eq!(agent.approvals(&world).len(), 3);
    // A no is told until its time is over.
    let other = agent.approvals(&world).into_iter().find(|one| one.amount == Some(usd(5_001)));
    agent.decide(&world, &other.expect("it was asked for"), Answered::No);
    assert_eq!(code(ask(1, 5_001)), ErrorCode::ApprovalRejected);
    // It fails for another reason: the yes is not used up.
    world
        .run(tenant.actor(), LockAccount { account: tenant.account, running: Running::default() })
        .expect("it is stopped");
    assert_eq!(code(ask(1, 5_000)), ErrorCode::AccountLocked);
    let unlock = UnlockAccount { step_up: StepUp::FreshSession };
    world.run(tenant.actor(), unlock).expect("it goes on");
    ask(1, 5_000).expect("it was approved");
    world.clock.advance(APPROVAL_LIFETIME);
    assert_eq!(code(ask(3, 5_000)), ErrorCode::ApprovalRequired);
    assert_eq!(code(ask(1, 5_001)), ErrorCode::ApprovalRequired);
    assert_eq!(world.verify().findings, []);
}

fn a_trial_asks_nobody_and_counts_nothing(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = with_mandate(&world, tenant, asking_above(1_000));
    let try_it = |cents| {
        let load = Tenant::load(card, cents);
        world.runtime.block_on(world.submit_as(agent.actor(), Intent::Trial, load))
    };
    let CommandError::Problem(asked) = try_it(5_000).expect_err("it is tried") else { panic!() };
    assert_eq!((asked.code, asked.approval), (ErrorCode::ApprovalRequired, None));
    assert_eq!(agent.approvals(&world), vec![]);
    try_it(500).expect("it would go through");
    assert_eq!(agent.spent(&world), Spent::default());
}

fn fees_count_and_books_do_not_mix(backend: Backend) {
    let mut world = World::new(backend);
    let mut policy = (*world.edge.policy).clone();
    policy.load_fee = cardium_kernel::Rate::from_millionths(20_000);
    world.edge.policy = std::sync::Arc::new(policy);
    let (tenant, card) = funded(&world, 100_000);
    world.fund(tenant, Book::Sandbox, 10_000);
    let other = world.card(tenant, Book::Sandbox);
    let mandate = Mandate { daily: Some(usd(1_020)), ..Mandate::default() };
    let agent = with_mandate(&world, tenant, mandate);
    let load = |card, cents| world.run(agent.actor(), Tenant::load(card, cents));
    assert_eq!(code(load(card, 1_001)), ErrorCode::MandateExceeded);
    load(card, 1_000).expect("with its fee it is all of the day");
    assert_eq!(code(load(card, 1)), ErrorCode::MandateExceeded);
    load(other, 1_000).expect("the sandbox has a day of its own");
    let spent = agent.spent(&world);
    assert_eq!((spent.live, spent.sandbox), (usd(1_020), usd(1_020)));
    world.clock.advance(std::time::Duration::from_secs(86_400));
    load(card, 1_000).expect("another day");
    assert_eq!(world.verify().findings, []);
}

fn reveals_keep_to_what_was_granted(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let reveal = |agent: Agent| world.run(agent.actor(), RevealPan { card });
    let agent = |way| grant(&world, tenant, |new| new.reveal = way);
    reveal(agent(Reveal::Always)).expect("it may");
    assert_eq!(code(reveal(agent(Reveal::Link))), ErrorCode::OwnerMustOpen);
    let asking = agent(Reveal::Ask);
    assert_eq!(code(reveal(asking)), ErrorCode::ApprovalRequired);
    asking.decide(&world, &asking.approvals(&world)[0], yes());
    reveal(asking).expect("once");
    assert_eq!(code(reveal(asking)), ErrorCode::ApprovalRequired);
}

fn a_mandate_with_merchants_keeps_to_its_own_cards(backend: Backend) {
    let world = World::new(backend);
    let (tenant, foreign) = funded(&world, 100_000);
    let mandate = Mandate {
        per_transaction: Some(usd(3_000)),
        merchants: vec!["SHOP1".to_owned()],
        mccs: vec!["5400-5499".to_owned()],
        ..Mandate::default()
    };
    let agent = with_mandate(&world, tenant, mandate);
    let own = world.run(agent.acting(Reach::All), world.issue(tenant, Book::Live)).expect("issued");
    let own = own.card.id;
    let act = agent.actor();
    assert_eq!(code(world.run(act, Tenant::load(foreign, 100))), ErrorCode::MandateExceeded);
    assert_eq!(code(world.run(act, RevealPan { card: foreign })), ErrorCode::MandateExceeded);
    world.run(act, Tenant::load(own, 3_000)).expect("its own card");
    world.run(act, Tenant::load(own, 3_000)).expect("again");
    world.run(act, RevealPan { card: own }).expect("its own card");
    assert_eq!(decided(&world, tenant, own, ("SHOP1", "5411", 3_000)), "approved");
    for (purchase, rule) in [
        (("SHOP2", "5411", 100), "agent_merchant_blocked"),
        (("SHOP1", "5999", 100), "agent_mcc_blocked"),
        (("SHOP1", "5411", 3_001), "agent_transaction_limit"),
    ] {
        assert_eq!(decided(&world, tenant, own, purchase), rule);
    }
    let unbind = || DescribeCard {
        card: own,
        label: Patch::Keep,
        metadata: Default::default(),
        binding: Binding::Unbind,
    };
    assert_eq!(code(world.run(act, unbind())), ErrorCode::MandateExceeded);
    world.run(tenant.actor(), RevokeGrant { grant: agent.grant }).expect("it is revoked");
    let purchase = ("SHOP1", "5411", 100);
    assert_eq!(decided(&world, tenant, own, purchase), "agent_mandate_over");
    let freed = world.run(tenant.actor(), unbind()).expect("the owner takes it over");
    assert_eq!(freed.card.grant, None);
    assert_eq!(decided(&world, tenant, own, ("SHOP2", "5999", 5_000)), "approved");
    assert_eq!(world.verify().findings, []);
}

/// What the card's owner is told that a purchase would be answered.
fn decided(
    world: &World,
    tenant: Tenant,
    card: CardId,
    (merchant, mcc, cents): (&str, &str, i64),
) -> &'static str {
    use cardium_app::network::{Asked, Request};
    use cardium_authorizations::{CvvCheck, Merchant, PartialApproval, RequestKind};
    let request = Request {
        kind: RequestKind::Purchase,
        amount: Ok(Asked::domestic(usd(cents))),
        expiry: None,
        cvv: CvvCheck::Absent,
        channel: cardium_cards::Channel::Ecommerce,
        country: None,
        partial: PartialApproval::Refused,
    };
    let merchant = Merchant { id: merchant.to_owned(), mcc: mcc.to_owned(), ..Merchant::default() };
    let check = CheckAuthorization { card, request, merchant };
    let checked = world.run(tenant.actor(), check).expect("it is decided");
    checked.decision.trace.reason().map_or("approved", |reason| reason.as_str())
}

fn cards_outside_a_narrowed_grant_are_unknown(backend: Backend) {
    let world = World::new(backend);
    let (tenant, inside) = funded(&world, 100_000);
    let outside = world.card(tenant, Book::Live);
    let agent = grant(&world, tenant, |new| new.cards = Some(vec![inside]));
    world.run(agent.actor(), Tenant::load(inside, 100)).expect("it is inside");
    world.run(agent.actor(), FreezeCard { card: inside }).expect("it is inside");
    let refused = [
        code(world.run(agent.actor(), Tenant::load(outside, 100))),
        code(world.run(agent.actor(), FreezeCard { card: outside })),
        code(world.run(agent.actor(), RevealPan { card: outside })),
    ];
    assert_eq!(refused, [ErrorCode::ResourceNotFound; 3]);
}

fn what_is_about_all_cards_is_refused_to_a_narrowed_grant(backend: Backend) {
    let world = World::new(backend);
    let (tenant, inside) = funded(&world, 100_000);
    let agent = grant(&world, tenant, |new| new.cards = Some(vec![inside]));
    let issue = || world.issue(tenant, Book::Live);
    let refused = world.run(agent.acting(Reach::All), issue());
    assert_eq!(code(refused), ErrorCode::InsufficientScope);
    let wide = grant(&world, tenant, |_| {});
    world.run(wide.acting(Reach::All), issue()).expect("it is not narrowed");
}

fn a_stop_that_broke_off_is_finished(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let agent = grant(&world, tenant, |_| {});
    let account = tenant.account;
    let found = || world.reads.half_stopped(10).expect("it reads");
    let rest = || {
        let running = Running::find(&*world.reads, account).expect("it reads");
        world.run(Actor::System, StopRest(LockAccount { account, running })).expect("it runs")
    };
    assert_eq!((found(), rest().locked_at), (Vec::new(), None), "nobody stopped it");
    let first = LockAccount { account, running: Running::default() };
    world.run(tenant.actor(), first).expect("it is stopped");
    assert_eq!(found(), [account]);
    assert!(rest().locked_at.is_some());
    assert!(found().is_empty());
    let view = world.reads.find_card(account, card).expect("it reads").expect("it is there");
    assert_eq!(view.card.freeze_reason, Some(FreezeReason::AccountLocked));
    assert!(agent.stored(&world).ended_at.is_some());
}

fn a_stop_ends_agents_and_cards(backend: Backend) {
    let world = World::new(backend);
    let (tenant, card) = funded(&world, 100_000);
    let cards: Vec<_> = (0..130).map(|_| world.card(tenant, Book::Live)).collect();
    let agents = [grant(&world, tenant, |_| {}), grant(&world, tenant, |_| {})];
    let (stranger, untouched) = funded(&world, 10_000);
    let account = tenant.account;
    let mut rounds = 0;
    loop {
        let running = Running::find(&*world.reads, account).expect("it reads");
        if running.is_empty() {
            break;
        }
        rounds += 1;
        world.run(tenant.actor(), LockAccount { account, running }).expect("it is stopped");
    }
    assert_eq!(rounds, 2, "a page of cards at a time");
    for id in cards.iter().chain([&card]) {
        let view = world.reads.find_card(account, *id).expect("it reads").expect("it is there");
        assert_eq!(view.card.freeze_reason, Some(FreezeReason::AccountLocked));
    }
    for agent in agents {
        let refused = world.run(agent.actor(), Tenant::load(card, 100));
        assert_eq!(code(refused), ErrorCode::InvalidCredentials);
    }
    let owner = tenant.actor();
    let grant = GrantId::new(world.mint());
    let refused = [
        code(world.run(owner, Tenant::load(card, 100))),
        code(world.run(owner, world.issue(tenant, Book::Live))),
        code(world.run(owner, UnfreezeCard { card })),
        code(world.run(owner, AgreeGrant { new: terms(tenant, grant), existing: None })),
    ];
    assert_eq!(refused, [ErrorCode::AccountLocked; 4]);
    world.run(stranger.actor(), Tenant::load(untouched, 100)).expect("others go on");
    world.run(owner, UnlockAccount { step_up: StepUp::FreshSession }).expect("it goes on");
    let view = world.run(owner, UnfreezeCard { card }).expect("one by one");
    assert_eq!(view.card.status, CardStatus::Active);
    assert_eq!(world.verify().findings, []);
}

fn withdraw(world: &World) -> Withdraw {
    Withdraw {
        id: WithdrawalId::new(world.mint()),
        book: Some(Book::Live),
        asset: Asset::Usdt,
        network: Network::Tron,
        address: "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G".to_owned(),
        memo: None,
        amount: usd(3_000),
        expected_fee: None,
        screened: Ok(Verdict::Clear),
        metadata: Metadata::default(),
    }
}

fn a_stop_holds_payments_until_it_is_lifted(backend: Backend) {
    let world = World::new(backend);
    let (tenant, _) = funded(&world, 100_000);
    let (account, owner) = (tenant.account, tenant.actor());
    let mandate = Mandate { total: Some(usd(5_000)), ..Mandate::default() };
    let agent = with_mandate(&world, tenant, mandate);
    let made = world.run(agent.actor(), withdraw(&world)).expect("the mandate covers it");
    let second = world.run(agent.actor(), withdraw(&world));
    assert_eq!(code(second), ErrorCode::MandateExceeded);
    let with_merchants = Mandate { merchants: vec!["SHOP1".to_owned()], ..Mandate::default() };
    let shopper = with_mandate(&world, tenant, with_merchants);
    let refused = world.run(shopper.actor(), withdraw(&world));
    assert_eq!(code(refused), ErrorCode::MandateExceeded);
    let lock = LockAccount { account, running: Running::default() };
    world.run(owner, lock).expect("it is stopped");
    assert_eq!(code(world.run(owner, withdraw(&world))), ErrorCode::AccountLocked);
    let take_up = |when| world.run(Actor::System, TakeUpWithdrawal { key: (&made).into(), when });
    for when in [When::Due, When::Now] {
        assert_eq!(take_up(when).expect("it waits"), None);
    }
    world.run(owner, UnlockAccount { step_up: StepUp::FreshSession }).expect("it goes on");
    let taken = take_up(When::Now).expect("it goes on");
    assert!(taken.is_some_and(|taken| taken.handed_over));
    // What the chain may have is not held back any more.
    let lock = LockAccount { account, running: Running::default() };
    world.run(owner, lock).expect("it is stopped");
    assert!(take_up(When::Now).expect("it goes on").is_some());
    assert_eq!(world.verify().findings, []);
}
