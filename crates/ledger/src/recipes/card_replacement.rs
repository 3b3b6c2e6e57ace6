use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source};

/// The parts of a move from a card to the one in its place.
#[derive(Debug, Clone)]
pub struct CardReplacement {
    /// The old card and its debts.
    pub from: (LedgerAccountId, LedgerAccountId),
    /// The new card and its debts.
    pub to: (LedgerAccountId, LedgerAccountId),
    /// What the old card has available; what is held stays until its holds end.
    pub available: Money,
    /// What the old card owes.
    pub owed: Money,
}

/// A card takes another's place, free of charge: it gets what the other has available, less what
/// the other owes; debts beyond that it owes from now on. What it has itself is left alone.
///
/// # Errors
/// When there is nothing to move.
pub fn card_replacement(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    parts: &CardReplacement,
) -> Result<Posting, PostingError> {
    let settles = parts.available.min(parts.owed)?;
    let lines = [
        Line::Customer(parts.from.0, parts.available.negated()?),
        Line::Customer(parts.from.1, parts.owed),
        Line::Customer(parts.to.0, parts.available.minus(settles)?),
        Line::Customer(parts.to.1, settles.minus(parts.owed)?),
    ];
    Posting::try_new(ids, book, PostingKind::CardReplacement, source, lines)
}
