use cardium_kernel::{Change, EndpointId, Problem};
use cardium_webhooks::{EndpointPatch, EndpointView, change_endpoint};

use super::{check_host, check_mode, own, view};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Changes an endpoint in part.
#[derive(Debug, Clone)]
pub struct UpdateWebhook {
    /// Which one.
    pub id: EndpointId,
    /// What changes; the text of an address was checked at the edge.
    pub patch: EndpointPatch,
    /// What is known against the host of a new address.
    pub forbidden: Option<Problem>,
}

impl UseCase for UpdateWebhook {
    type Output = EndpointView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<EndpointView> {
        let (account, now) = (unit.account()?, unit.now());
        let of = (account, self.id);
        let before = own(unit, self.id)?.status;
        if let Some(mode) = self.patch.mode {
            check_mode(unit, mode)?;
        }
        check_host(self.forbidden.as_ref())?;
        let by = unit.grant().map(|grant| grant.id);
        let (endpoint, change) = change_endpoint(unit.tx, of, (self.patch.clone(), by), now)?;
        if change == Change::Applied {
            unit.audit(account, "webhook.updated", &self.id)?;
        }
        if before != endpoint.status {
            // What gets nothing does not fail; and it begins anew: what failed before it was
            // disabled is not held against it, nor what was on its way meanwhile.
            unit.tx.clear_failing(self.id)?;
        }
        Ok(Ending::Done(view(unit, endpoint)?))
    }
}
