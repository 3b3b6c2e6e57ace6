//! `verify` must catch what is planted: a checker that cannot fail proves nothing.

use cardium_app::{
    cards::{IssueCard, ReplaceCard},
    screening::Verdict,
    withdrawals::Withdraw,
};
use cardium_cards::ReplacementReason;
use cardium_kernel::{Asset, Book, Metadata, Money, Network, WithdrawalId};
use cardium_testkit::{Backend, Tenant, World};

use crate::on_both;

on_both! {
    a_clean_database_is_clean;
    every_planted_damage_is_found;
    damage_between_objects_is_found_and_named;
}

/// A dispute whose credit is in no posting.
const OPEN_DISPUTE: &str = "INSERT INTO disputes SELECT id, account_id, id, book, id, id, 'fraud', \
    'planted', 5, 0, 5, 'USD', 'opened', 'chargeback', NULL, 0, 0, 0, 0, 1, '{}' FROM cards";

/// A withdrawal whose money nobody holds.
const UNHELD: &str = "INSERT INTO withdrawals SELECT id, account_id, book, 'USDT', 'tron', \
    'planted', NULL, 500, 100, 'USD', 'created', FALSE, NULL, NULL, NULL, 0, 0, '{}', 0, 0, 1 \
    FROM cards";
/// A withdrawal that is on its way without having left the books.
const UNPAID: &str = "INSERT INTO withdrawals SELECT id, account_id, book, 'USDT', 'tron', \
    'planted', NULL, 500, 100, 'USD', 'broadcasted', TRUE, 'tx', NULL, NULL, 0, 0, '{}', 0, 0, 1 \
    FROM cards";
/// A withdrawal that ended without a reason.
const UNEXPLAINED: &str = "INSERT INTO withdrawals SELECT id, account_id, book, 'USDT', 'tron', \
    'planted', NULL, 500, 100, 'USD', 'failed', FALSE, NULL, NULL, NULL, 0, 0, '{}', 0, 0, 1 \
    FROM cards";

fn busy_world(backend: Backend) -> World {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    world.run(tenant.actor(), Tenant::load(card, 100)).expect("the load succeeds");
    world
}

fn a_clean_database_is_clean(backend: Backend) {
    let report = busy_world(backend).verify();
    assert!(report.is_clean(), "{:?}", report.findings);
    assert!(report.rows > 10);
}

fn every_planted_damage_is_found(backend: Backend) {
    for (damage, invariant) in [
        ("UPDATE ledger_accounts SET posted = posted + 1 WHERE role = 3", "I1"),
        ("UPDATE entries SET amount = amount + 1 WHERE account_version IS NULL", "I1"),
        ("UPDATE entries SET currency = 'EUR'", "I1"),
        ("DELETE FROM postings", "I1"),
        ("UPDATE system_balances SET posted = posted + 1", "I1"),
        ("UPDATE ledger_accounts SET held = 1 WHERE role = 3", "I2"),
        (OPEN_DISPUTE, "I10"),
        (UNHELD, "I2"),
        (UNPAID, "I10"),
        (UNEXPLAINED, "I10"),
        ("DELETE FROM events WHERE account_seq = 2", "I5"),
        ("DELETE FROM events WHERE account_seq = 1", "I5"),
        ("DELETE FROM events WHERE account_seq = (SELECT MAX(account_seq) FROM events)", "I5"),
        ("DELETE FROM events", "I5"),
        ("UPDATE account_sequences SET event_seq = event_seq + 1", "I5"),
        ("UPDATE events SET created_at = 0 WHERE account_seq = 3", "I5"),
        ("UPDATE audit_entries SET action = 'nothing' WHERE seq = 2", "I9"),
        ("DELETE FROM audit_entries WHERE seq = (SELECT MAX(seq) FROM audit_entries)", "I9"),
    ] {
        let world = busy_world(backend);
        world.scratch.execute(damage);
        let findings = world.verify().findings;
        let found = findings.iter().any(|finding| finding.invariant == invariant);
        assert!(found, "{damage} is not found as {invariant}: {findings:?}");
    }
}

/// A card in the place of another, and a withdrawal.
fn linked_world(backend: Backend) -> World {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    world.run(tenant.actor(), Tenant::load(card, 100)).expect("the load succeeds");
    let IssueCard { id, pan, .. } = world.issue(tenant, Book::Live);
    let (reason, shipping, metadata) = (ReplacementReason::Lost, None, None);
    let replace = ReplaceCard { card, id, pan, reason, shipping, destination: None, metadata };
    world.run(tenant.actor(), replace).expect("the card is replaced");
    let withdraw = Withdraw {
        id: WithdrawalId::new(world.mint()),
        book: Some(Book::Live),
        asset: Asset::Usdt,
        network: Network::Tron,
        address: "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G".to_owned(),
        memo: None,
        amount: Money::usd(5_000),
        expected_fee: None,
        screened: Ok(Verdict::Clear),
        metadata: Metadata::default(),
    };
    world.run(tenant.actor(), withdraw).expect("the treasury covers it");
    world
}

fn damage_between_objects_is_found_and_named(backend: Backend) {
    let world = linked_world(backend);
    assert!(world.verify().is_clean(), "{:?}", world.verify().findings);
    for (damage, repair, named) in [
        (
            "UPDATE account_sequences SET endpoints = endpoints + 1",
            "UPDATE account_sequences SET endpoints = endpoints - 1",
            "another number of webhooks",
        ),
        (
            "UPDATE ledger_accounts SET posted = posted + 5 WHERE role = 3",
            "UPDATE ledger_accounts SET posted = posted - 5 WHERE role = 3",
            "of a replaced card has or owes something",
        ),
        (
            "UPDATE cards SET last_card = id WHERE last_card IS NOT NULL",
            "UPDATE cards SET last_card = replaced_by WHERE last_card IS NOT NULL",
            "a line that does not lead to its last one",
        ),
        (
            "UPDATE withdrawal_payees SET book = 3 - book",
            "UPDATE withdrawal_payees SET book = 3 - book",
            "withdrawals have no payee",
        ),
    ] {
        world.scratch.execute(damage);
        let findings = world.verify().findings;
        let found = findings.iter().any(|finding| finding.detail.contains(named));
        assert!(found, "{damage} is not named: {findings:?}");
        world.scratch.execute(repair);
    }
}
