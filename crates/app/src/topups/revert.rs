use cardium_kernel::{AccountId, DepositId, TopupId};
use cardium_topups::{Reverted, revert_deposit};

use crate::{CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase};

/// Takes back a deposit that the chain undid: once, whatever the watcher does. It was never
/// credited, so no money moves; its coins are with their sender.
#[derive(Debug, Clone)]
pub struct RevertDeposit {
    /// The deposit.
    pub deposit: DepositId,
    /// The top-up it was to pay.
    pub topup: TopupId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for RevertDeposit {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        let rows = [
            RowKey::Sequence(self.account),
            RowKey::Topup(self.topup),
            RowKey::Deposit(self.deposit),
        ];
        Hints::rows(rows)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let (ids, now) = ((self.deposit, self.topup), unit.now());
        match revert_deposit(unit.tx, ids, now)? {
            None => return Ok(Ending::Preview(false)),
            Some(Reverted::Standing) => {}
            Some(Reverted::Failed(topup)) => {
                unit.emit(EventType::TopupError, Snapshot::Topup(*topup))?;
            }
        }
        Ok(Ending::Done(true))
    }
}
