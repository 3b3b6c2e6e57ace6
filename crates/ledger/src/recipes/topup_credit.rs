use cardium_kernel::{Book, IdSource, Money};

use crate::{LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount};

/// A final deposit: the coins are in custody, the treasury may spend their value.
///
/// # Errors
/// When the amount is zero.
pub fn topup_credit(
    ids: &mut IdSource,
    book: Book,
    source: Source,
    treasury: LedgerAccountId,
    amount: Money,
) -> Result<Posting, PostingError> {
    let lines = [
        Line::System(SystemAccount::ChainCustody, amount.negated()?),
        Line::Customer(treasury, amount),
    ];
    Posting::try_new(ids, book, PostingKind::Topup, source, lines)
}
