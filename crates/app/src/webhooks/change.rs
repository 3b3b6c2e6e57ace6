use cardium_kernel::{Change, EndpointId, ErrorCode, Problem};
use cardium_webhooks::{Endpoint, EndpointPatch};

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
        let account = unit.account()?;
        let found = unit.tx.find_endpoint(account, self.id)?;
        let mut endpoint = found.ok_or_else(|| Problem::not_found("webhook"))?;
        let before = endpoint.status;
        let changed = endpoint.change(self.patch.clone(), unit.now());
        let changed = changed.map_err(|error| {
            let message = format!("Field 'metadata' {error}.");
            Problem::field(ErrorCode::InvalidField, "metadata", message)
        })?;
        if changed == Change::Applied {
            unit.tx.save_endpoint(&endpoint)?;
            if endpoint.status != before {
                unit.tx.move_deliveries(endpoint.id, endpoint.status)?;
            }
            unit.audit(account, "webhook.updated", &self.id)?;
        }
        Ok(Ending::Done(endpoint))
    }
}
