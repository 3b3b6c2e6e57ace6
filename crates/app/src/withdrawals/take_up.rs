use cardium_kernel::WithdrawalId;
use cardium_withdrawals::Withdrawal;

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, network::When};

/// Takes a payment up before it is handed to its chain: from here on the chain may have it. Gives
/// it to one taker at a time.
#[derive(Debug, Clone, Copy)]
pub struct TakeUpWithdrawal {
    /// Which one.
    pub id: WithdrawalId,
    /// Whether it must be due.
    pub when: When,
}

impl UseCase for TakeUpWithdrawal {
    type Output = Option<Withdrawal>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Withdrawal(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Option<Withdrawal>> {
        let Some(mut withdrawal) = unit.tx.find_withdrawal(self.id)? else {
            return Ok(Ending::Preview(None));
        };
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
