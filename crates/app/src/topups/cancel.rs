use cardium_kernel::TopupId;
use cardium_topups::{Topup, cancel_topup};

use crate::{CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase};

/// Gives a top-up up while it still awaits its coins.
#[derive(Debug, Clone)]
pub struct CancelTopup {
    /// Which one.
    pub id: TopupId,
}

impl UseCase for CancelTopup {
    type Output = Topup;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Topup(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Topup> {
        let (account, now) = (unit.account()?, unit.now());
        let cancelled = cancel_topup(unit.tx, (account, self.id), now)?;
        let topup = unit.own(cancelled, |topup| (topup.account, topup.book), "top-up")?;
        unit.emit(EventType::TopupCancelled, Snapshot::Topup(topup.clone()))?;
        unit.audit(account, "topup.cancelled", &self.id)?;
        Ok(Ending::Done(topup))
    }
}
