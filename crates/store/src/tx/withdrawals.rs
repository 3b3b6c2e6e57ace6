use cardium_app::RowKey;
use cardium_kernel::{StoreError, WithdrawalId};
use cardium_withdrawals::{Payee, PayeeId, Withdrawal, WithdrawalStore};

use super::BatchTx;

impl WithdrawalStore for BatchTx<'_> {
    fn find_withdrawal(&mut self, id: WithdrawalId) -> Result<Option<Withdrawal>, StoreError> {
        let found = self.batch.withdrawals.find(id.value());
        self.note(RowKey::Withdrawal(id), found)
    }

    fn save_withdrawal(&mut self, withdrawal: Withdrawal) -> Result<(), StoreError> {
        let key = RowKey::Withdrawal(withdrawal.id);
        let saved = self.batch.withdrawals.save(withdrawal);
        self.note(key, saved)
    }

    fn find_payee(&mut self, id: PayeeId) -> Result<Option<Payee>, StoreError> {
        let found = self.batch.payees.find(id.value());
        self.note(RowKey::Payee(id), found)
    }

    fn insert_payee(&mut self, payee: Payee) -> Result<(), StoreError> {
        let key = RowKey::Payee(payee.id);
        let inserted = self.batch.payees.insert(payee, "payee");
        self.note(key, inserted)
    }
}
