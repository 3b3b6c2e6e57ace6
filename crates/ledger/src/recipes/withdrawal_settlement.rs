use cardium_kernel::{Book, IdSource, Money};

use crate::{Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// A withdrawal is final: its coins have left custody. No customer's account moves.
///
/// # Errors
/// When the amount is zero.
pub fn withdrawal_settlement(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::WithdrawalsInFlight, amount.negated()?),
        Line::System(SystemAccount::ChainCustody, amount),
    ];
    Posting::try_new(ids, book, PostingKind::WithdrawalSettlement, source, lines)
}
