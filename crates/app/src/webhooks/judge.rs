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
            Verdict::Disable => {
                // What gets nothing does not fail, and need not be judged again.
                unit.tx.clear_failing(self.id)?;
                (EventType::WebhookDisabled, "webhook.disabled")
            }
        };
        let view = EndpointView::new(endpoint, since, patience);
        unit.emit(kind, Snapshot::Webhook(view))?;
        unit.audit(self.account, action, &self.id)?;
        Ok(Ending::Done(Some(verdict)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cardium_kernel::{Book, Metadata, Timestamp};
    use cardium_webhooks::{DisabledBy, Endpoint, EndpointStatus, EventFilter, Ordering, Payload};

    use super::*;
    use crate::testing::{ACCOUNT, MockTx, NOW, context};

    const ID: EndpointId = EndpointId::new(0x500);

    fn ago(hours: u64) -> Timestamp {
        NOW.before(Duration::from_secs(hours * 3_600))
    }

    fn endpoint(warned_at: Option<Timestamp>) -> Endpoint {
        Endpoint {
            id: ID,
            account: ACCOUNT,
            url: "https://a.example.com/".into(),
            events: EventFilter::Everything,
            mode: Some(Book::Sandbox),
            description: String::new(),
            secret: Vec::new(),
            next_secret: None,
            payload: Payload::Full,
            ordering: Ordering::None,
            status: EndpointStatus::Enabled,
            disabled_by: None,
            warned_at,
            grant: None,
            metadata: Metadata::default(),
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            version: 1,
        }
    }

    fn judge(tx: &mut MockTx) -> Option<Verdict> {
        let context = crate::Context { actor: crate::Actor::System, ..context() };
        let mut unit = Unit::new(tx, &context);
        match (JudgeEndpoint { id: ID, account: ACCOUNT }).run(&mut unit).unwrap() {
            Ending::Done(verdict) | Ending::Refused(verdict) | Ending::Preview(verdict) => verdict,
        }
    }

    #[test]
    fn what_came_back_meanwhile_is_left_alone() {
        for (found, since, retrying) in [
            (None, None, true),
            (Some(endpoint(None)), None, true),
            (Some(endpoint(None)), Some(ago(200)), false),
            (Some(endpoint(None)), Some(ago(47)), true),
        ] {
            let mut tx = MockTx::new();
            tx.expect_find_endpoint().return_once(|_, _| Ok(found));
            tx.expect_find_failing_since().returning(move |_| Ok(since));
            tx.expect_is_retrying().returning(move |_, _| Ok(retrying));
            assert_eq!(judge(&mut tx), None);
        }
    }

    #[test]
    fn a_warning_and_the_end_are_saved_told_and_audited() {
        for (warned_at, kind, action, disabled_by) in [
            (None, EventType::WebhookFailing, "webhook.warned", None),
            (
                Some(ago(72)),
                EventType::WebhookDisabled,
                "webhook.disabled",
                Some(DisabledBy::Failures),
            ),
        ] {
            let mut tx = MockTx::new();
            tx.expect_find_endpoint().return_once(move |_, _| Ok(Some(endpoint(warned_at))));
            tx.expect_find_failing_since().returning(|_| Ok(Some(ago(130))));
            tx.expect_is_retrying().returning(|_, _| Ok(true));
            tx.expect_save_endpoint()
                .once()
                .withf(move |saved| saved.disabled_by == disabled_by && saved.version == 2)
                .returning(|_| Ok(()));
            tx.expect_clear_failing()
                .times(usize::from(disabled_by.is_some()))
                .withf(|id| *id == ID)
                .returning(|_| Ok(()));
            tx.expect_append_event()
                .once()
                .withf(move |draft| draft.kind == kind && draft.snapshot.book() == Book::Sandbox)
                .returning(|_| Ok(()));
            tx.expect_append_audit()
                .once()
                .withf(move |draft| draft.action == action && draft.actor == "system")
                .returning(|_| Ok(()));
            assert!(judge(&mut tx).is_some());
        }
    }
}
