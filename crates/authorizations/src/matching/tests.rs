use cardium_kernel::{AccountId, AuthorizationId, Book};
use mockall::predicate::eq;

use super::*;
use crate::{AuthorizationRecord, Merchant, NewAuthorization, store::MockAuthorizationStore};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const CARD: CardId = CardId::new(0x300);
const PAN: [u8; 32] = [7; 32];

/// Everything that a message can quote.
const QUOTE: Quote<'static> = Quote {
    pan: PAN,
    network_trace: "T1",
    approval_code: Some("A1B2C3"),
    merchant: "SHOP1",
    retrieval_reference: "000000000001",
    stan: "000001",
};

/// A merchant's name and nothing else.
const VAGUE: Quote<'static> =
    Quote { network_trace: "", approval_code: None, retrieval_reference: "", stan: "", ..QUOTE };

/// Ten dollars, approved now at the quoted merchant.
fn record(id: u128) -> AuthorizationRecord {
    let new = NewAuthorization {
        id: AuthorizationId::new(id),
        account: AccountId::new(0x100),
        card: CARD,
        book: Book::Live,
        approval_code: Some("A1B2C3".to_owned()),
        retrieval_reference: "000000000001".to_owned(),
        stan: "000001".to_owned(),
        network_trace: "T1".to_owned(),
        amount: Money::usd(1_000),
        merchant: Merchant { id: "SHOP1".to_owned(), ..Merchant::default() },
    };
    (*Authorization::approve(new, NOW)).clone()
}

fn elsewhere(id: u128) -> AuthorizationRecord {
    let merchant = Merchant { id: "SHOP2".to_owned(), ..Merchant::default() };
    AuthorizationRecord { merchant, ..record(id) }
}

fn reversed(id: u128) -> AuthorizationRecord {
    AuthorizationRecord { status: AuthorizationStatus::Reversed, ..record(id) }
}

fn trace() -> ReferenceKind {
    ReferenceKind::NetworkTrace("T1".to_owned())
}

fn code() -> ReferenceKind {
    ReferenceKind::ApprovalCode("A1B2C3".to_owned())
}

fn merchant() -> ReferenceKind {
    ReferenceKind::Merchant("SHOP1".to_owned(), before(NOW, REFERENCE_WINDOW))
}

/// A store in which this fact leads to these authorizations, and any other to none. Nothing may be
/// written.
fn store(kind: ReferenceKind, found: Vec<AuthorizationRecord>) -> MockAuthorizationStore {
    let reference = AuthorizationReference { pan: PAN, kind };
    let ids: Vec<AuthorizationId> = found.iter().map(|record| record.id).collect();
    let mut store = MockAuthorizationStore::new();
    store.expect_find_authorizations().returning(move |asked| {
        let hit = *asked == reference;
        Ok(if hit { ids.clone() } else { Vec::new() })
    });
    store.expect_find_authorization().returning(move |id| {
        let record = found.iter().find(|record| record.id == id);
        Ok(record.cloned().map(Authorization::restore))
    });
    store
}

/// The id of what the message is taken to be about.
fn original(
    store: &mut MockAuthorizationStore,
    quote: Quote<'_>,
    cents: Option<i64>,
) -> Option<u128> {
    let found = find_original(store, CARD, &quote, (cents.map(Money::usd), NOW));
    found.unwrap().map(|found| found.id.value())
}

#[test]
fn the_networks_name_is_enough_and_nothing_else_is_looked_up() {
    let mut store = MockAuthorizationStore::new();
    let named = AuthorizationReference { pan: PAN, kind: trace() };
    let id = AuthorizationId::new(1);
    store.expect_find_authorizations().with(eq(named)).times(1).returning(move |_| Ok(vec![id]));
    let found = Authorization::restore(record(1));
    store.expect_find_authorization().with(eq(id)).times(1).return_once(move |_| Ok(Some(found)));
    assert_eq!(original(&mut store, QUOTE, None), Some(1));
}

#[test]
fn of_several_with_one_name_nobody_guesses() {
    for (found, expected) in [
        (vec![elsewhere(1), record(2)], Some(2)),
        (vec![reversed(1), record(2)], Some(2)),
        (vec![record(1), record(2)], None),
        (vec![reversed(1), reversed(2)], None),
    ] {
        assert_eq!(original(&mut store(trace(), found), QUOTE, Some(1_000)), expected);
    }
}

#[test]
fn an_approval_code_counts_at_its_merchant() {
    let other = || AuthorizationRecord { retrieval_reference: "9".to_owned(), ..record(1) };
    for (found, expected) in [
        (vec![record(1)], Some(1)),
        (vec![elsewhere(1)], None),
        (vec![other()], Some(1)),
        (vec![other(), record(2)], Some(2)),
        (vec![record(1), record(2)], None),
    ] {
        assert_eq!(original(&mut store(code(), found), QUOTE, None), expected);
    }
    let unnamed = Quote { merchant: "", ..QUOTE };
    assert_eq!(original(&mut store(code(), vec![elsewhere(1)]), unnamed, None), Some(1));
}

#[test]
fn the_acquirers_numbers_find_what_is_closed_and_costs_something_else() {
    let mut store = store(
        merchant(),
        vec![record(1), AuthorizationRecord { stan: "000002".to_owned(), ..reversed(2) }],
    );
    let second = Quote { stan: "000002", ..QUOTE };
    assert_eq!(original(&mut store, second, Some(1)), Some(2));
}

#[test]
fn an_amount_is_recognized_within_a_tip_and_ten_days() {
    let aged = |micros: i64| {
        let created_at = before(NOW, AMOUNT_WINDOW).unix_micros().saturating_sub(micros);
        AuthorizationRecord { created_at: Timestamp::from_unix_micros(created_at), ..record(1) }
    };
    for (found, cents, expected) in [
        (record(1), Some(1_200), Some(1)),
        (record(1), Some(1_201), None),
        (record(1), Some(800), Some(1)),
        (record(1), Some(799), None),
        (record(1), None, None),
        (reversed(1), Some(1_000), None),
        (aged(0), Some(1_000), Some(1)),
        (aged(1), Some(1_000), None),
    ] {
        assert_eq!(original(&mut store(merchant(), vec![found]), VAGUE, cents), expected);
    }
}

#[test]
fn a_crowd_is_not_searched_by_amount() {
    let crowd = |ids: usize| {
        let like = |id: usize| AuthorizationRecord {
            authorized: Money::usd(if id == 1 { 1_000 } else { 9_000 }),
            ..record(id as u128)
        };
        store(merchant(), (1..=ids).map(like).collect())
    };
    assert_eq!(original(&mut crowd(MAX_CANDIDATES - 1), VAGUE, Some(1_000)), Some(1));
    assert_eq!(original(&mut crowd(MAX_CANDIDATES), VAGUE, Some(1_000)), None);
}

#[test]
fn another_cards_authorization_and_a_refund_are_nobodys_original() {
    let foreign = AuthorizationRecord { card: CardId::new(0x301), ..record(1) };
    let refund = AuthorizationRecord { origin: Origin::Refund, ..record(1) };
    for found in [foreign, refund] {
        for kind in [trace(), code(), merchant()] {
            let mut store = store(kind, vec![found.clone()]);
            assert_eq!(original(&mut store, QUOTE, Some(1_000)), None);
            assert_eq!(find_raised(&mut store, CARD, &QUOTE), Ok(None));
        }
    }
}

#[test]
fn only_what_is_open_at_the_merchant_is_raised() {
    for (found, expected) in [
        (vec![record(1)], Some(1)),
        (vec![elsewhere(1)], None),
        (vec![reversed(1)], None),
        (vec![elsewhere(1), reversed(2), record(3)], Some(3)),
        (vec![record(1), record(2)], None),
    ] {
        let raised = find_raised(&mut store(trace(), found), CARD, &QUOTE).unwrap();
        assert_eq!(raised.map(|raised| raised.id.value()), expected);
    }
}

#[test]
fn what_quotes_nothing_is_looked_up_nowhere() {
    let nothing = Quote { merchant: "", ..VAGUE };
    assert_eq!(nothing.names().count(), 0);
    let mut store = MockAuthorizationStore::new();
    assert_eq!(original(&mut store, nothing, Some(1_000)), None);
    assert_eq!(find_raised(&mut store, CARD, &nothing), Ok(None));
}

#[test]
fn names_are_the_trace_and_the_code() {
    let names: Vec<_> = QUOTE.names().collect();
    assert_eq!(names, [trace(), code()].map(|kind| AuthorizationReference { pan: PAN, kind }));
}

#[test]
fn a_store_that_fails_is_told_of() {
    let mut unannounced = MockAuthorizationStore::new();
    unannounced.expect_find_authorizations().returning(|_| Err(StoreError::Miss));
    let mut unreadable = MockAuthorizationStore::new();
    unreadable.expect_find_authorizations().returning(|_| Ok(vec![AuthorizationId::new(1)]));
    unreadable.expect_find_authorization().returning(|_| Err(StoreError::Miss));
    for mut store in [unannounced, unreadable] {
        for quote in [QUOTE, Quote { network_trace: "", ..QUOTE }, VAGUE] {
            let failed = find_original(&mut store, CARD, &quote, (None, NOW));
            assert_eq!(failed, Err(StoreError::Miss));
        }
        assert_eq!(find_raised(&mut store, CARD, &QUOTE), Err(StoreError::Miss));
    }
}
