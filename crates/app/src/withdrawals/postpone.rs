use cardium_kernel::WithdrawalId;

use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Puts off a payment that cannot be handed over now: those that come after it go first.
#[derive(Debug, Clone, Copy)]
pub struct PostponeWithdrawal {
    /// Which one.
    pub id: WithdrawalId,
}

impl UseCase for PostponeWithdrawal {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Withdrawal(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if let Some(mut withdrawal) = unit.tx.find_withdrawal(self.id)?
            && withdrawal.postpone(unit.now())
        {
            unit.tx.save_withdrawal(withdrawal)?;
            return Ok(Ending::Done(()));
        }
        Ok(Ending::Preview(()))
    }
}
