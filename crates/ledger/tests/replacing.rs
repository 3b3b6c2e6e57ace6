//! A card in another's place: nothing is made or lost, and no debt is left behind.

use cardium_kernel::{Book, CardId, IdSource, Money, Timestamp};
use cardium_ledger::{LedgerAccountId, Line, PostingError, PostingKind, Source, recipes};
use proptest::prelude::*;

const SOURCE: Source = Source { object: "card", id: 0x200 };

fn accounts(card: u128) -> (LedgerAccountId, LedgerAccountId) {
    let card = CardId::new(card);
    (LedgerAccountId::card(card), LedgerAccountId::card_receivable(card))
}

fn replacement(available: i64, owed: i64) -> Result<cardium_ledger::Posting, PostingError> {
    let mut ids = IdSource::new(Timestamp::from_unix_seconds(1), [9; 16]);
    let parts = recipes::CardReplacement {
        from: accounts(0x200),
        to: accounts(0x300),
        available: Money::usd(available),
        owed: Money::usd(owed),
    };
    recipes::card_replacement(&mut ids, Book::Live, SOURCE, &parts)
}

fn on(lines: &[Line], wanted: LedgerAccountId) -> i64 {
    lines
        .iter()
        .map(|line| match line {
            Line::Customer(account, amount) if *account == wanted => amount.minor(),
            _ => 0,
        })
        .sum()
}

#[test]
fn nothing_to_move_is_no_posting() {
    assert_eq!(replacement(0, 0).unwrap_err(), PostingError::TooFewLines);
}

proptest! {
    #[test]
    fn money_and_debts_move_whole(available in 0_i64..1_000_000, owed in 0_i64..1_000_000) {
        prop_assume!(available + owed > 0);
        let posting = replacement(available, owed).unwrap();
        prop_assert_eq!(posting.kind(), PostingKind::CardReplacement);
        let lines = posting.lines();
        let ((old, old_debt), (new, new_debt)) = (accounts(0x200), accounts(0x300));
        // Nothing is left on the old card, and the owner is neither richer nor poorer.
        prop_assert_eq!((on(lines, old), on(lines, old_debt)), (-available, owed));
        prop_assert_eq!(on(lines, new) + on(lines, new_debt), available - owed);
        // The new card has either money or debts.
        prop_assert!(on(lines, new) >= 0 && on(lines, new_debt) <= 0);
        prop_assert!(on(lines, new) == 0 || on(lines, new_debt) == 0);
    }
}
