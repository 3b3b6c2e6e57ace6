use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a refund that is taken back.
#[derive(Debug, Clone)]
pub struct RefundReversal {
    /// The card that was refunded.
    pub card: LedgerAccountId,
    /// Where the part goes that the card cannot cover.
    pub receivable: LedgerAccountId,
    /// What the network takes back.
    pub amount: Money,
    /// The part the card covers.
    pub covered: Money,
}

/// The network takes a refund back: like spending, it always posts.
///
/// # Errors
/// When the amounts do not fit.
pub fn refund_reversal(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    parts: &RefundReversal,
) -> Result<Posting, PostingError> {
    let owed = parts.amount.minus(parts.covered)?;
    let lines = [
        Line::Customer(parts.card, parts.covered.negated()?),
        Line::Customer(parts.receivable, owed.negated()?),
        Line::System(SystemAccount::NetworkSettlement, parts.amount),
    ];
    Posting::try_new(ids, book, PostingKind::RefundReversal, source, lines)
}
