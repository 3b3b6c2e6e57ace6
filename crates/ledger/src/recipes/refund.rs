use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a refund or of a reversal of cleared spending.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The card that spent.
    pub card: LedgerAccountId,
    /// The card's debts, settled first.
    pub receivable: LedgerAccountId,
    /// What the cardholder gets back, the fee included.
    pub amount: Money,
    /// Our fee for the conversion that goes back with it.
    pub fee: Money,
    /// How much of it settles the receivable.
    pub settles: Money,
}

/// The network gives spending back: old debts first, the rest to the card.
///
/// # Errors
/// When the amounts do not fit.
pub fn refund(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    refund: &Refund,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::NetworkSettlement, refund.amount.minus(refund.fee)?.negated()?),
        Line::System(SystemAccount::CardFees, refund.fee.negated()?),
        Line::Customer(refund.receivable, refund.settles),
        Line::Customer(refund.card, refund.amount.minus(refund.settles)?),
    ];
    Posting::try_new(ids, book, PostingKind::Refund, source, lines)
}
