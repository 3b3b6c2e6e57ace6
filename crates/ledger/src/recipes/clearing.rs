use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a clearing.
#[derive(Debug, Clone)]
pub struct Clearing {
    /// The card that spent.
    pub card: LedgerAccountId,
    /// Where the part goes that the card cannot cover.
    pub receivable: LedgerAccountId,
    /// What the network presents.
    pub amount: Money,
    /// The part the card covers.
    pub covered: Money,
}

/// The network presents spending: it always posts, and what the card cannot cover is owed.
///
/// # Errors
/// When the amounts do not fit.
pub fn clearing(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    clearing: &Clearing,
) -> Result<Posting, PostingError> {
    let owed = clearing.amount.minus(clearing.covered)?;
    let lines = [
        Line::Customer(clearing.card, clearing.covered.negated()?),
        Line::Customer(clearing.receivable, owed.negated()?),
        Line::System(SystemAccount::NetworkSettlement, clearing.amount),
    ];
    Posting::try_new(ids, book, PostingKind::Clearing, source, lines)
}
