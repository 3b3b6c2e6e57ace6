//! What each recipe of a dispute books, line by line, and where a dispute's money ends.

use cardium_kernel::{Book, CardId, IdSource, Money, Timestamp};
use cardium_ledger::{
    LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount, recipes,
};

const CARD: LedgerAccountId = LedgerAccountId::new(0x103);
const RECEIVABLE: LedgerAccountId = LedgerAccountId::new(0x104);
const SOURCE: Source = Source { object: "dispute", id: 7 };

fn ids() -> IdSource {
    IdSource::new(Timestamp::from_unix_seconds(1), [9; 16])
}

fn credit(amount: i64, settles: i64) -> Result<Posting, PostingError> {
    let (amount, settles) = (Money::usd(amount), Money::usd(settles));
    let parts = recipes::DisputeCredit { card: CARD, receivable: RECEIVABLE, amount, settles };
    recipes::dispute_credit(&mut ids(), Book::Live, SOURCE, &parts)
}

fn debit(amount: i64, covered: i64) -> Result<Posting, PostingError> {
    let (amount, covered) = (Money::usd(amount), Money::usd(covered));
    let parts = recipes::DisputeDebit { card: CARD, receivable: RECEIVABLE, amount, covered };
    recipes::dispute_debit(&mut ids(), Book::Live, SOURCE, &parts)
}

fn settlement(amount: i64, fee: i64) -> Result<Posting, PostingError> {
    let parts = recipes::DisputeSettlement { amount: Money::usd(amount), fee: Money::usd(fee) };
    recipes::dispute_settlement(&mut ids(), Book::Live, SOURCE, &parts)
}

/// What postings leave on card, receivable, dispute credit and network settlement.
fn balances(postings: &[Posting]) -> [i64; 4] {
    let places = [
        Line::Customer(CARD, Money::usd(0)),
        Line::Customer(RECEIVABLE, Money::usd(0)),
        Line::System(SystemAccount::DisputeCredit, Money::usd(0)),
        Line::System(SystemAccount::NetworkSettlement, Money::usd(0)),
    ];
    places.map(|place| {
        let lines = postings.iter().flat_map(Posting::lines);
        lines.filter(|line| same(line, &place)).map(|line| line.amount().minor()).sum()
    })
}

fn same(left: &Line, right: &Line) -> bool {
    match (left, right) {
        (Line::Customer(a, _), Line::Customer(b, _)) => a == b,
        (Line::System(a, _), Line::System(b, _)) => a == b,
        _ => false,
    }
}

#[test]
fn accounts_of_the_test_are_a_cards() {
    assert_eq!(LedgerAccountId::card(CardId::new(0x100)), CARD);
    assert_eq!(LedgerAccountId::card_receivable(CardId::new(0x100)), RECEIVABLE);
}

#[test]
fn a_credit_settles_debts_first() {
    let posting = credit(1_000, 300).unwrap();
    assert_eq!(posting.kind(), PostingKind::DisputeCredit);
    assert_eq!(balances(&[posting]), [700, 300, -1_000, 0]);
}

#[test]
fn what_the_card_cannot_cover_is_owed() {
    let posting = debit(1_000, 250).unwrap();
    assert_eq!(posting.kind(), PostingKind::DisputeDebit);
    assert_eq!(balances(&[posting]), [-250, -750, 1_000, 0]);
}

#[test]
fn every_end_clears_the_claim() {
    let settled = settlement(1_000, 0).unwrap();
    assert_eq!(settled.kind(), PostingKind::DisputeSettlement);
    let won = [credit(1_000, 0).unwrap(), settled];
    assert_eq!(balances(&won), [1_000, 0, 0, -1_000]);
    let lost = [credit(1_000, 0).unwrap(), debit(1_000, 1_000).unwrap()];
    assert_eq!(balances(&lost), [0; 4]);
}

#[test]
fn our_own_fee_is_not_the_networks_to_pay() {
    let won = [credit(1_000, 0).unwrap(), settlement(1_000, 30).unwrap()];
    assert_eq!(balances(&won), [1_000, 0, 0, -970]);
}

#[test]
fn nothing_is_no_posting() {
    for empty in [credit(0, 0), debit(0, 0), settlement(0, 0)] {
        assert_eq!(empty, Err(PostingError::TooFewLines));
    }
}
