use cardium_kernel::Change;
use cardium_withdrawals::{Failure, Withdrawal, WithdrawalStatus};

use super::{WithdrawalKey, keep, money};
use crate::{CommandResult, Context, Ending, EventType, Hints, Unit, UseCase};

/// Gives a payment up: all of its money is back.
#[derive(Debug, Clone)]
pub struct FailWithdrawal {
    /// Which one.
    pub key: WithdrawalKey,
    /// Why.
    pub failure: Failure,
}

impl UseCase for FailWithdrawal {
    type Output = Withdrawal;

    fn hints(&self, _: &Context) -> Hints {
        self.key.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Withdrawal> {
        let mut withdrawal = self.key.get(unit)?;
        let before = withdrawal.status;
        if withdrawal.fail(self.failure.clone(), unit.now())? == Change::AlreadyApplied {
            return Ok(Ending::Done(withdrawal));
        }
        if before == WithdrawalStatus::Created {
            money::release(unit, &withdrawal)?;
        } else {
            money::give_back(unit, &withdrawal)?;
        }
        keep(unit, &withdrawal, EventType::WithdrawalFailed)?;
        Ok(Ending::Done(withdrawal))
    }
}
