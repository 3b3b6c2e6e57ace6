use cardium_kernel::{EndpointId, EventId};

use super::{own, view};
use crate::{CommandResult, Context, Ending, EventType, Hints, Snapshot, Unit, UseCase};

/// Sends an endpoint an event about itself, so that its owner sees whether it works.
#[derive(Debug, Clone)]
pub struct PingWebhook {
    /// The endpoint.
    pub id: EndpointId,
}

/// A ping on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinged {
    /// The event.
    pub event: EventId,
    /// Where it goes.
    pub endpoint: EndpointId,
}

impl UseCase for PingWebhook {
    type Output = Pinged;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Pinged> {
        let account = unit.account()?;
        let endpoint = own(unit, self.id)?;
        endpoint.check_replayable()?;
        let snapshot = Snapshot::Webhook(view(unit, endpoint)?);
        let event = EventId::new(unit.ids.mint());
        unit.emit_as(event, EventType::WebhookPing, snapshot)?;
        unit.audit(account, "webhook.pinged", &self.id)?;
        Ok(Ending::Done(Pinged { event, endpoint: self.id }))
    }
}
