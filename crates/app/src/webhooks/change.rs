use cardium_kernel::{Change, EndpointId};
use cardium_webhooks::{Endpoint, EndpointPatch, change_endpoint};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Changes an endpoint in part.
#[derive(Debug, Clone)]
pub struct UpdateWebhook {
    /// Which one.
    pub id: EndpointId,
    /// What changes; an address was checked at the edge.
    pub patch: EndpointPatch,
}

impl UseCase for UpdateWebhook {
    type Output = Endpoint;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Endpoint> {
        let (account, now) = (unit.account()?, unit.now());
        let of = (account, self.id);
        let (endpoint, change) = change_endpoint(unit.tx, of, self.patch.clone(), now)?;
        if change == Change::Applied {
            unit.audit(account, "webhook.updated", &self.id)?;
        }
        Ok(Ending::Done(endpoint))
    }
}
