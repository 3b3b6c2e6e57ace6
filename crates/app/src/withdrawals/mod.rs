//! Withdrawals, from the request to the chain's last word.
//!
//! The money is held when a withdrawal is made, leaves the treasury when its chain has the payment
//! and custody when that is final. A payment is handed to its chain between two commands: the first
//! notes that the chain may have it, the second what the chain said. Whatever is lost between them
//! is repeated, and the chain pays a withdrawal once.

mod broadcast;
mod confirm;
mod fail;
mod money;
mod pay;
mod postpone;
mod simulate;
mod take_up;
mod withdraw;

pub use broadcast::BroadcastWithdrawal;
pub use confirm::ConfirmWithdrawal;
pub use fail::FailWithdrawal;
pub use pay::{Payer, payment_of};
pub use postpone::PostponeWithdrawal;
pub use simulate::{RevertPayment, SimulatePayment};
pub use take_up::TakeUpWithdrawal;
pub use withdraw::Withdraw;

use cardium_kernel::{AccountId, Book, Problem, WithdrawalId};
use cardium_ledger::LedgerAccountId;
use cardium_withdrawals::Withdrawal;

use crate::{CommandError, EventType, Hints, RowKey, Snapshot, Unit};

/// Which withdrawal, with what never changes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawalKey {
    id: WithdrawalId,
    account: AccountId,
    book: Book,
}

impl From<&Withdrawal> for WithdrawalKey {
    fn from(withdrawal: &Withdrawal) -> Self {
        Self { id: withdrawal.id, account: withdrawal.account, book: withdrawal.book }
    }
}

impl WithdrawalKey {
    fn hints(self) -> Hints {
        let treasury = LedgerAccountId::treasury(self.account, self.book);
        let rows = [RowKey::Sequence(self.account), RowKey::LedgerAccount(treasury)];
        Hints::rows(rows).with_withdrawal(self.id)
    }

    fn get(self, unit: &mut Unit<'_>) -> Result<Withdrawal, CommandError> {
        let found = unit.tx.find_withdrawal(self.id)?;
        Ok(found.ok_or_else(|| Problem::not_found("withdrawal"))?)
    }
}

/// Keeps a change that subscribers are told of.
fn keep(unit: &mut Unit<'_>, withdrawal: &Withdrawal, kind: EventType) -> Result<(), CommandError> {
    unit.tx.save_withdrawal(withdrawal.clone())?;
    unit.emit(kind, Snapshot::Withdrawal(withdrawal.clone()))?;
    Ok(())
}
