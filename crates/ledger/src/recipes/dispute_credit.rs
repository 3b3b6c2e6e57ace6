use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a provisional credit.
#[derive(Debug, Clone)]
pub struct DisputeCredit {
    /// The card that spent.
    pub card: LedgerAccountId,
    /// The card's debts, settled first.
    pub receivable: LedgerAccountId,
    /// What the cardholder gets for the time being.
    pub amount: Money,
    /// How much of it settles the receivable.
    pub settles: Money,
}

/// A dispute is opened: its cardholder gets the money while it lasts, old debts first.
///
/// # Errors
/// When the amounts do not fit.
pub fn dispute_credit(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    credit: &DisputeCredit,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::DisputeCredit, credit.amount.negated()?),
        Line::Customer(credit.receivable, credit.settles),
        Line::Customer(credit.card, credit.amount.minus(credit.settles)?),
    ];
    Posting::try_new(ids, book, PostingKind::DisputeCredit, source, lines)
}
