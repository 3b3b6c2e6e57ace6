use cardium_kernel::{AccountId, Book, DepositId, Money, TopupId};
use cardium_ledger::{LedgerAccountId, Role, Source, open_or_default, recipes};
use cardium_topups::{Credited, Topup, credit_deposit};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase,
};

/// Credits a deposit that became final: once, whatever the watcher does.
#[derive(Debug, Clone)]
pub struct CreditDeposit {
    /// The deposit.
    pub deposit: DepositId,
    /// The top-up it pays.
    pub topup: TopupId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for CreditDeposit {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        let rows = [
            RowKey::Sequence(self.account),
            RowKey::Topup(self.topup),
            RowKey::Deposit(self.deposit),
        ];
        Hints::rows(rows).with_treasuries(self.account)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let (ids, now) = ((self.deposit, self.topup), unit.now());
        let Some(Credited { topup, value }) = credit_deposit(unit.tx, ids, now)? else {
            return Ok(Ending::Preview(false));
        };
        if value.is_positive() {
            credit_treasury(unit, &topup, value)?;
        }
        unit.emit(EventType::TopupConfirmed, Snapshot::Topup(topup))?;
        Ok(Ending::Done(true))
    }
}

fn credit_treasury(unit: &mut Unit<'_>, topup: &Topup, value: Money) -> Result<(), CommandError> {
    let (account, book): (AccountId, Book) = (topup.account, topup.book);
    let treasury = LedgerAccountId::treasury(account, book);
    let opened = open_or_default(unit.tx, treasury, account, book, Role::Treasury(book))?;
    unit.tx.save_ledger_account(opened)?;
    let source = Source { object: "topup", id: topup.id.value() };
    let posting = recipes::topup_credit(&mut unit.ids, book, source, treasury, value)?;
    Ok(unit.book(posting)?)
}
