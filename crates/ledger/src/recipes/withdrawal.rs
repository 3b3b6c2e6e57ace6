use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// A chain has taken a withdrawal's payment: what the payee will get has left the treasury.
///
/// # Errors
/// When the amount is zero.
pub fn withdrawal(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    treasury: LedgerAccountId,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::Customer(treasury, amount.negated()?),
        Line::System(SystemAccount::WithdrawalsInFlight, amount),
    ];
    Posting::try_new(ids, book, PostingKind::Withdrawal, source, lines)
}
