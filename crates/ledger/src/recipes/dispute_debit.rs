use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a withdrawal of provisional credit.
#[derive(Debug, Clone)]
pub struct DisputeDebit {
    /// The card that was credited.
    pub card: LedgerAccountId,
    /// Where the part goes that the card cannot cover.
    pub receivable: LedgerAccountId,
    /// What is taken back.
    pub amount: Money,
    /// The part the card covers.
    pub covered: Money,
}

/// A dispute is lost, or the merchant paid after all: what was given is taken back, and what the
/// card cannot cover is owed.
///
/// # Errors
/// When the amounts do not fit.
pub fn dispute_debit(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    debit: &DisputeDebit,
) -> Result<Posting, PostingError> {
    let owed = debit.amount.minus(debit.covered)?;
    let lines = [
        Line::Customer(debit.card, debit.covered.negated()?),
        Line::Customer(debit.receivable, owed.negated()?),
        Line::System(SystemAccount::DisputeCredit, debit.amount),
    ];
    Posting::try_new(ids, book, PostingKind::DisputeDebit, source, lines)
}
