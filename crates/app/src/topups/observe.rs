use cardium_kernel::{AccountId, TopupId};
use cardium_topups::{Deposit, DepositState, Transfer};

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Notes a transfer to a top-up's address, and how deep it is. Seeing it again changes nothing
/// but its height and depth.
#[derive(Debug, Clone)]
pub struct ObserveDeposit {
    /// The top-up whose address was paid.
    pub topup: TopupId,
    /// Whose it is.
    pub account: AccountId,
    /// The transfer.
    pub transfer: Transfer,
    /// Blocks from the transfer's to the newest, both counted.
    pub confirmations: i64,
}

impl UseCase for ObserveDeposit {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        let deposit = self.transfer.reference.deposit_id();
        Hints::rows([RowKey::Topup(self.topup), RowKey::Deposit(deposit)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let Some(mut topup) = unit.tx.find_topup(self.topup)? else {
            return Ok(Ending::Preview(false));
        };
        let (id, now) = (self.transfer.reference.deposit_id(), unit.now());
        let known = unit.tx.find_deposit(id)?.is_some();
        if !known {
            let value = topup.network.value_of(self.transfer.asset, self.transfer.units)?;
            topup.see(value, &self.transfer.reference.txid, now)?;
            unit.tx.save_deposit(Deposit {
                id,
                account: self.account,
                topup: self.topup,
                transfer: self.transfer.clone(),
                value,
                state: DepositState::Confirming,
                created_at: now,
                version: 1,
            })?;
        }
        let deeper = topup.confirm(self.confirmations, now);
        if known && !deeper {
            return Ok(Ending::Preview(false));
        }
        unit.tx.save_topup(topup)?;
        Ok(Ending::Done(true))
    }
}
