use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// What we take for a withdrawal, booked with it and shown beside it.
///
/// # Errors
/// When the amount is zero.
pub fn withdrawal_fee(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    treasury: LedgerAccountId,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::Customer(treasury, amount.negated()?),
        Line::System(SystemAccount::WithdrawalFees, amount),
    ];
    Posting::try_new(ids, book, PostingKind::WithdrawalFee, source, lines)
}
