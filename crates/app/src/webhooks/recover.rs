use cardium_kernel::{AccountId, EndpointId};
use cardium_webhooks::{EndpointStatus, RecoverFrom, Recovery, post, recover_next, start_recovery};

use super::{SET, own};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Notes that an endpoint is to get again whatever it missed.
#[derive(Debug, Clone)]
pub struct RecoverWebhook {
    /// The endpoint.
    pub id: EndpointId,
    /// From when on.
    pub from: RecoverFrom,
}

impl UseCase for RecoverWebhook {
    type Output = Recovery;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Recovery> {
        let (account, now) = (unit.account()?, unit.now());
        let endpoint = own(unit, self.id)?;
        let recovery = start_recovery(unit.tx, &endpoint, self.from, now)?;
        unit.audit(account, "webhook.recovered", &self.id)?;
        Ok(Ending::Done(recovery))
    }
}

/// Sends an endpoint the next [`SET`] events of its recovery again; says whether more are left.
#[derive(Debug, Clone)]
pub struct RecoverSet {
    /// The endpoint.
    pub id: EndpointId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for RecoverSet {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        // The lane first: until the commit no other process recovers the same, and no result of
        // an attempt comes in between.
        let Some(recovery) = unit.tx.find_recovery(self.id)? else {
            return Ok(Ending::Preview(false));
        };
        let found = unit.tx.find_endpoint(self.account, self.id)?;
        let enabled = found.filter(|endpoint| endpoint.status == EndpointStatus::Enabled);
        let Some(endpoint) = enabled else {
            return Ok(Ending::Preview(false));
        };
        let (now, next) = (unit.now(), (&endpoint, recovery));
        let (deliveries, left) = recover_next(unit.tx, next, &mut unit.ids, SET, now)?;
        post(unit.tx, deliveries, now)?;
        unit.tx.save_recovery(self.id, left)?;
        Ok(Ending::Done(left.is_some()))
    }
}
