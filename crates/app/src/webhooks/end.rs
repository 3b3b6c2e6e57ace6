use cardium_kernel::{AccountId, GrantId};
use cardium_webhooks::{EndpointView, end_with_grants};

use crate::{CommandError, EventType, Snapshot, Unit};

/// Disables what these grants of an account set up: nothing goes to an agent beyond its grant. An
/// account's endpoints are few, and all of them are read and written at once.
///
/// # Errors
/// When the store fails, or the account's sequence was not announced.
pub(crate) fn end_endpoints(
    unit: &mut Unit<'_>,
    account: AccountId,
    grants: &[GrantId],
) -> Result<(), CommandError> {
    let now = unit.now();
    for endpoint in end_with_grants(unit.tx, account, grants, now)? {
        let id = endpoint.id;
        let view = EndpointView::sound(endpoint);
        unit.emit(EventType::WebhookDisabled, Snapshot::Webhook(view))?;
        unit.audit(account, "webhook.disabled", &id)?;
    }
    Ok(())
}
