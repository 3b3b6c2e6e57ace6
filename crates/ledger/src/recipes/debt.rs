use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source};

/// A card pays what it owes out of what it has available.
///
/// # Errors
/// When the amount is zero.
pub fn settle_debt(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    (card, receivable): (LedgerAccountId, LedgerAccountId),
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [Line::Customer(card, amount.negated()?), Line::Customer(receivable, amount)];
    Posting::try_new(ids, book, PostingKind::Debt, source, lines)
}
