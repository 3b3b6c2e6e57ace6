use cardium_kernel::{Book, IdSource, Money};

use crate::{Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// A dispute is won: the credit is final, and the network owes us what we gave. No customer's
/// account moves.
///
/// # Errors
/// When the amount is zero.
pub fn dispute_settlement(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::NetworkSettlement, amount.negated()?),
        Line::System(SystemAccount::DisputeCredit, amount),
    ];
    Posting::try_new(ids, book, PostingKind::DisputeSettlement, source, lines)
}
