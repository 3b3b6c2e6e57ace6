use cardium_kernel::{Book, IdSource, Money};

use crate::{Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a final credit.
#[derive(Debug, Clone, Copy)]
pub struct DisputeSettlement {
    /// What the cardholder keeps, the fee included.
    pub amount: Money,
    /// Our fee for the conversion, which goes back with it and is not the network's to pay.
    pub fee: Money,
}

/// A dispute is won: the credit is final, and the network owes us what we gave but for our own
/// fee. No customer's account moves.
///
/// # Errors
/// When the amount is zero.
pub fn dispute_settlement(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    parts: &DisputeSettlement,
) -> Result<Posting, PostingError> {
    let owed = parts.amount.minus(parts.fee)?;
    let lines = [
        Line::System(SystemAccount::NetworkSettlement, owed.negated()?),
        Line::System(SystemAccount::CardFees, parts.fee.negated()?),
        Line::System(SystemAccount::DisputeCredit, parts.amount),
    ];
    Posting::try_new(ids, book, PostingKind::DisputeSettlement, source, lines)
}
