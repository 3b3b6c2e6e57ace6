use cardium_kernel::{AccountId, EndpointId};
use cardium_webhooks::{EndpointView, Verdict};

use crate::{CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase};

/// Warns the owner of an endpoint that fails, or disables it, as it is time; one that has come back
/// meanwhile, or at which nothing is tried any more, is left alone.
#[derive(Debug, Clone)]
pub struct JudgeEndpoint {
    /// The endpoint.
    pub id: EndpointId,
    /// Whose it is.
    pub account: AccountId,
}

impl UseCase for JudgeEndpoint {
    type Output = Option<Verdict>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold().with(RowKey::Sequence(self.account))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Option<Verdict>> {
        let (now, patience) = (unit.now(), unit.policy().webhook_patience);
        let Some(mut endpoint) = unit.tx.find_endpoint(self.account, self.id)? else {
            return Ok(Ending::Preview(None));
        };
        let since = unit.tx.find_failing_since(self.id)?;
        if since.is_none() || !unit.tx.is_retrying(self.id, now)? {
            return Ok(Ending::Preview(None));
        }
        let Some(verdict) = endpoint.judge(since, patience, now) else {
            return Ok(Ending::Preview(None));
        };
        unit.tx.save_endpoint(&endpoint)?;
        let (kind, action) = match verdict {
            Verdict::Warn => (EventType::WebhookFailing, "webhook.warned"),
            Verdict::Disable => (EventType::WebhookDisabled, "webhook.disabled"),
        };
        let view = EndpointView::new(endpoint, since, patience);
        unit.emit(kind, Snapshot::Webhook(view))?;
        unit.audit(self.account, action, &self.id)?;
        Ok(Ending::Done(Some(verdict)))
    }
}
