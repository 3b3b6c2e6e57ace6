use cardium_kernel::{ErrorCode, Problem};
use cardium_ledger::{
    LedgerAccountId, LedgerError, Role, Source, change_hold, open_or_default, recipes, release_hold,
};
use cardium_withdrawals::Withdrawal;

use crate::{CommandError, Unit};

fn source(withdrawal: &Withdrawal) -> Source {
    Source { object: "withdrawal", id: withdrawal.id.value() }
}

fn treasury(withdrawal: &Withdrawal) -> LedgerAccountId {
    LedgerAccountId::treasury(withdrawal.account, withdrawal.book)
}

/// Sets the amount aside.
pub(super) fn hold(unit: &mut Unit<'_>, withdrawal: &Withdrawal) -> Result<(), CommandError> {
    let (id, account, book) = (treasury(withdrawal), withdrawal.account, withdrawal.book);
    let opened = open_or_default(unit.tx, id, account, book, Role::Treasury(book))?;
    unit.tx.save_ledger_account(opened)?;
    let now = unit.now();
    let held = change_hold(unit.tx, withdrawal.id.into(), id, withdrawal.amount, now);
    held.map_err(short_treasury)
}

/// Gives what was set aside free again.
pub(super) fn release(unit: &mut Unit<'_>, withdrawal: &Withdrawal) -> Result<(), CommandError> {
    let now = unit.now();
    Ok(release_hold(unit.tx, withdrawal.id.into(), now)?)
}

/// The chain has the payment: what was set aside leaves the treasury.
pub(super) fn pay(unit: &mut Unit<'_>, withdrawal: &Withdrawal) -> Result<(), CommandError> {
    release(unit, withdrawal)?;
    let (book, source, treasury) = (withdrawal.book, source(withdrawal), treasury(withdrawal));
    let net = withdrawal.net()?;
    let posting = recipes::withdrawal(&mut unit.ids, book, source, treasury, net)?;
    unit.book(posting)?;
    if withdrawal.fee.is_positive() {
        let fee = withdrawal.fee;
        let posting = recipes::withdrawal_fee(&mut unit.ids, book, source, treasury, fee)?;
        unit.book(posting)?;
    }
    Ok(())
}

/// The payment is final: its coins have left custody.
pub(super) fn settle(unit: &mut Unit<'_>, withdrawal: &Withdrawal) -> Result<(), CommandError> {
    let (book, source, net) = (withdrawal.book, source(withdrawal), withdrawal.net()?);
    let posting = recipes::withdrawal_settlement(&mut unit.ids, book, source, net)?;
    Ok(unit.book(posting)?)
}

/// The payment moved nothing: all of it comes back.
pub(super) fn give_back(unit: &mut Unit<'_>, withdrawal: &Withdrawal) -> Result<(), CommandError> {
    let parts = recipes::WithdrawalReturn {
        treasury: treasury(withdrawal),
        amount: withdrawal.amount,
        fee: withdrawal.fee,
    };
    let (book, source) = (withdrawal.book, source(withdrawal));
    let posting = recipes::withdrawal_return(&mut unit.ids, book, source, &parts)?;
    Ok(unit.book(posting)?)
}

fn short_treasury(error: LedgerError) -> CommandError {
    match error {
        LedgerError::Insufficient { available, needed, .. } => {
            let message = format!("The treasury has {available} available; {needed} is needed.");
            Problem::new(ErrorCode::InsufficientBalance, message).into()
        }
        other => other.into(),
    }
}
