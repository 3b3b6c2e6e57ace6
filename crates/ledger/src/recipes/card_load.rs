use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a card load.
#[derive(Debug, Clone)]
pub struct CardLoad {
    /// Who pays: amount and fee.
    pub treasury: LedgerAccountId,
    /// Who receives what is left after old debts.
    pub card: LedgerAccountId,
    /// The card's debts, settled first.
    pub receivable: LedgerAccountId,
    /// The load itself, without the fee.
    pub amount: Money,
    /// The rail fee on top of the amount.
    pub fee: Money,
    /// How much of the amount settles the receivable.
    pub settles: Money,
}

/// A treasury funds a card: the fee comes on top, and what the card owes is settled first.
///
/// # Errors
/// When the amounts do not fit.
pub fn card_load(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    load: &CardLoad,
) -> Result<Posting, PostingError> {
    let total = load.amount.plus(load.fee)?;
    let lines = [
        Line::Customer(load.treasury, total.negated()?),
        Line::Customer(load.card, load.amount.minus(load.settles)?),
        Line::Customer(load.receivable, load.settles),
        Line::System(SystemAccount::RailFees, load.fee),
    ];
    Posting::try_new(ids, book, PostingKind::CardLoad, source, lines)
}
