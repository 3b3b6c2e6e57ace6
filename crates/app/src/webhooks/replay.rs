use cardium_kernel::{DeliveryId, EndpointId, EventId};
use cardium_webhooks::{Delivery, replay_event};

use super::own;
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Sends an event to an endpoint once more, as a delivery of its own. Whether the endpoint asks
/// for such events does not matter: its owner just did.
#[derive(Debug, Clone)]
pub struct ReplayWebhook {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The event.
    pub event: EventId,
}

impl UseCase for ReplayWebhook {
    type Output = Delivery;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Delivery> {
        let (account, now) = (unit.account()?, unit.now());
        own(unit, self.endpoint)?;
        let again = (self.event, DeliveryId::new(unit.ids.mint()));
        let delivery = replay_event(unit.tx, (account, self.endpoint), again, now)?;
        unit.audit(account, "webhook.replayed", &self.event)?;
        Ok(Ending::Done(delivery))
    }
}
