use std::time::Duration;

use cardium_kernel::{DeliveryId, EndpointId, ErrorCode, EventId, Problem};
use cardium_webhooks::{Cause, Delivery};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// How long an event can be sent again: as long as subscribers are told it is kept.
const REPLAYABLE: Duration = Duration::from_secs(90 * 24 * 3_600);

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
        let account = unit.account()?;
        let found = unit.tx.find_endpoint(account, self.endpoint)?;
        let endpoint = found.ok_or_else(|| Problem::not_found("webhook"))?;
        let happened = unit.tx.find_event_time(account, self.event)?;
        let happened = happened.ok_or_else(|| Problem::not_found("event"))?;
        if unit.now().since(happened) > REPLAYABLE {
            let message = "The event is more than 90 days old and is not sent again.";
            return Err(Problem::new(ErrorCode::EventExpired, message).into());
        }
        endpoint.check_replayable()?;
        let id = DeliveryId::new(unit.ids.mint());
        let of = (account, self.event);
        let delivery = Delivery::new(id, of, endpoint.id, Cause::Replay, unit.now());
        unit.tx.insert_deliveries(std::slice::from_ref(&delivery))?;
        unit.audit(account, "webhook.replayed", &self.event)?;
        Ok(Ending::Done(delivery))
    }
}
