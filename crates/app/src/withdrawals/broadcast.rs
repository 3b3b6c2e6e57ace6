use cardium_kernel::Change;
use cardium_withdrawals::Withdrawal;

use super::{WithdrawalKey, keep, money};
use crate::{CommandResult, Context, Ending, EventType, Hints, Unit, UseCase};

/// Notes that the chain has a payment: the money leaves the treasury.
#[derive(Debug, Clone)]
pub struct BroadcastWithdrawal {
    /// Which one.
    pub key: WithdrawalKey,
    /// The chain's transaction id.
    pub txid: String,
}

impl UseCase for BroadcastWithdrawal {
    type Output = Withdrawal;

    fn hints(&self, _: &Context) -> Hints {
        self.key.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Withdrawal> {
        let mut withdrawal = self.key.get(unit)?;
        if withdrawal.broadcast(&self.txid, unit.now())? == Change::Applied {
            money::pay(unit, &withdrawal)?;
            keep(unit, &withdrawal, EventType::WithdrawalBroadcasted)?;
        }
        Ok(Ending::Done(withdrawal))
    }
}
