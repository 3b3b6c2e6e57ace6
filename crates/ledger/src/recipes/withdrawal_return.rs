use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// The parts of a withdrawal that comes back.
#[derive(Debug, Clone)]
pub struct WithdrawalReturn {
    /// Who paid.
    pub treasury: LedgerAccountId,
    /// What left the treasury, the fee included.
    pub amount: Money,
    /// Our fee, which comes back with it.
    pub fee: Money,
}

/// A payment that a chain took moved nothing: the treasury gets all of it back.
///
/// # Errors
/// When the amounts do not fit.
pub fn withdrawal_return(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    parts: &WithdrawalReturn,
) -> Result<Posting, PostingError> {
    let net = parts.amount.minus(parts.fee)?;
    let lines = [
        Line::System(SystemAccount::WithdrawalsInFlight, net.negated()?),
        Line::System(SystemAccount::WithdrawalFees, parts.fee.negated()?),
        Line::Customer(parts.treasury, parts.amount),
    ];
    Posting::try_new(ids, book, PostingKind::WithdrawalReturn, source, lines)
}
