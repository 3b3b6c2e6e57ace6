use cardium_kernel::{Change, TopupId};
use cardium_topups::{Transfer, observe_deposit};

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Notes a transfer to a top-up's address, and how deep it is. Seeing it again changes nothing
/// but its height and depth.
#[derive(Debug, Clone)]
pub struct ObserveDeposit {
    /// The top-up whose address was paid.
    pub topup: TopupId,
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
        let (seen, now) = ((&self.transfer, self.confirmations), unit.now());
        Ok(match observe_deposit(unit.tx, self.topup, seen, now)? {
            Change::Applied => Ending::Done(true),
            Change::AlreadyApplied => Ending::Preview(false),
        })
    }
}
