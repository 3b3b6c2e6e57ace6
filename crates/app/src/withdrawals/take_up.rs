use cardium_withdrawals::Withdrawal;

use super::WithdrawalKey;
use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, network::When};

/// Takes a payment up before it is handed to its chain: from here on the chain may have it. Gives
/// it to one taker at a time, and to none while its owner has stopped everything.
#[derive(Debug, Clone, Copy)]
pub struct TakeUpWithdrawal {
    /// Which one.
    pub key: WithdrawalKey,
    /// Whether it must be due.
    pub when: When,
}

impl UseCase for TakeUpWithdrawal {
    type Output = Option<Withdrawal>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Account(self.key.account), RowKey::Withdrawal(self.key.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Option<Withdrawal>> {
        let Some(mut withdrawal) = unit.tx.find_withdrawal(self.key.id)? else {
            return Ok(Ending::Preview(None));
        };
        // What its chain may have already goes on: nobody can stop it.
        if !withdrawal.handed_over && unit.is_locked(withdrawal.account)? {
            return hold_back(unit, withdrawal);
        }
        let taken = match self.when {
            When::Due => withdrawal.take_up(unit.now()),
            When::Now => withdrawal.hurry(unit.now()),
        };
        if !taken {
            return Ok(Ending::Preview(None));
        }
        unit.tx.save_withdrawal(withdrawal.clone())?;
        Ok(Ending::Done(Some(withdrawal)))
    }
}

/// Puts it off, so that it keeps nobody from others while it waits.
fn hold_back(unit: &mut Unit<'_>, mut withdrawal: Withdrawal) -> CommandResult<Option<Withdrawal>> {
    if !withdrawal.postpone(unit.now()) {
        return Ok(Ending::Preview(None));
    }
    unit.tx.save_withdrawal(withdrawal)?;
    Ok(Ending::Done(None))
}
