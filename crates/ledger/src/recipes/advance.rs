use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The network approved in our place what the card cannot cover: the card owes it from now on, and
/// its clearing will find it there.
///
/// # Errors
/// When the amount is zero.
pub fn advance(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    receivable: LedgerAccountId,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::Customer(receivable, amount.negated()?),
        Line::System(SystemAccount::StandIn, amount),
    ];
    Posting::try_new(ids, book, PostingKind::Advance, source, lines)
}

/// The parts of an advance that is not expected any more.
#[derive(Debug, Clone)]
pub struct AdvanceReturn {
    /// The card.
    pub card: LedgerAccountId,
    /// The card's debts, settled first.
    pub receivable: LedgerAccountId,
    /// What is not expected any more.
    pub amount: Money,
    /// How much of it settles the receivable; the card has paid the rest of it already.
    pub settles: Money,
}

/// What was advanced will not be cleared: the debt goes, or what was paid of it comes back.
///
/// # Errors
/// When the amounts do not fit.
pub fn advance_return(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    parts: &AdvanceReturn,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::StandIn, parts.amount.negated()?),
        Line::Customer(parts.receivable, parts.settles),
        Line::Customer(parts.card, parts.amount.minus(parts.settles)?),
    ];
    Posting::try_new(ids, book, PostingKind::AdvanceReturn, source, lines)
}
