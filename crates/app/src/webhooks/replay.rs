use cardium_kernel::{DeliveryId, EndpointId, EventId};
use cardium_webhooks::{Delivery, WebhookError, is_for_owner, replay_event};

use super::own;
use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase};

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
        self.check_sight(unit)?;
        let again = (self.event, DeliveryId::new(unit.ids.mint()));
        let delivery = replay_event(unit.tx, (account, self.endpoint), again, now)?;
        unit.audit(account, "webhook.replayed", &self.event)?;
        Ok(Ending::Done(delivery))
    }
}

impl ReplayWebhook {
    /// To a key of the sandbox a live event looks unknown, and to an agent what is its owner's.
    fn check_sight(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let account = unit.account()?;
        let Some((_, kind, book)) = unit.tx.find_event(account, self.event)? else {
            return Ok(());
        };
        let hidden = unit.grant().is_some() && is_for_owner(&kind);
        if hidden || unit.check_book(book).is_err() {
            return Err(WebhookError::NoEvent.into());
        }
        Ok(())
    }
}
