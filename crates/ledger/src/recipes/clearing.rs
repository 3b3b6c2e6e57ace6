use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a clearing.
#[derive(Debug, Clone)]
pub struct Clearing {
    /// The card that spent.
    pub card: LedgerAccountId,
    /// Where the part goes that the card cannot cover.
    pub receivable: LedgerAccountId,
    /// What the cardholder is charged, the fee included.
    pub amount: Money,
    /// Our fee for the conversion.
    pub fee: Money,
    /// The part the card covers.
    pub covered: Money,
    /// The part that was advanced when the network approved it, and is owed already.
    pub advanced: Money,
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
    let owed = clearing.amount.minus(clearing.advanced)?.minus(clearing.covered)?;
    let lines = [
        Line::Customer(clearing.card, clearing.covered.negated()?),
        Line::Customer(clearing.receivable, owed.negated()?),
        Line::System(SystemAccount::StandIn, clearing.advanced.negated()?),
        Line::System(SystemAccount::NetworkSettlement, clearing.amount.minus(clearing.fee)?),
        Line::System(SystemAccount::CardFees, clearing.fee),
    ];
    Posting::try_new(ids, book, PostingKind::Clearing, source, lines)
}
