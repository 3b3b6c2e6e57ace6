use cardium_kernel::Change;
use cardium_withdrawals::Withdrawal;

use super::{WithdrawalKey, keep, money};
use crate::{CommandResult, Context, Ending, EventType, Hints, Unit, UseCase};

/// Notes that a payment is final.
#[derive(Debug, Clone)]
pub struct ConfirmWithdrawal {
    /// Which one.
    pub key: WithdrawalKey,
}

impl UseCase for ConfirmWithdrawal {
    type Output = Withdrawal;

    fn hints(&self, _: &Context) -> Hints {
        self.key.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Withdrawal> {
        let mut withdrawal = self.key.get(unit)?;
        if withdrawal.confirm(unit.now())? == Change::Applied {
            money::settle(unit, &withdrawal)?;
            keep(unit, &withdrawal, EventType::WithdrawalConfirmed)?;
        }
        Ok(Ending::Done(withdrawal))
    }
}
