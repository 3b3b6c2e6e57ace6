use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source};

/// A card gives back to its treasury, free of charge.
///
/// # Errors
/// When the amount is zero.
pub fn card_unload(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    (card, treasury): (LedgerAccountId, LedgerAccountId),
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [Line::Customer(card, amount.negated()?), Line::Customer(treasury, amount)];
    Posting::try_new(ids, book, PostingKind::CardUnload, source, lines)
}
