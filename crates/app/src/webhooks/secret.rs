use std::time::Duration;

use cardium_kernel::EndpointId;
use cardium_webhooks::{EndpointView, confirm_secret, rotate_secret};

use super::{own, view};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Lets a new signing secret take over an endpoint.
#[derive(Debug, Clone)]
pub struct RotateWebhookSecret {
    /// Which endpoint.
    pub id: EndpointId,
    /// The sealed secret.
    pub secret: Vec<u8>,
    /// How long the present one signs beside it; nothing lets it take over at once.
    pub overlap: Duration,
}

impl UseCase for RotateWebhookSecret {
    type Output = EndpointView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<EndpointView> {
        let (account, now) = (unit.account()?, unit.now());
        own(unit, self.id)?;
        let with = (self.secret.clone(), self.overlap);
        let endpoint = rotate_secret(unit.tx, (account, self.id), with, now)?;
        unit.audit(account, "webhook.secret_rotated", &self.id)?;
        Ok(Ending::Done(view(unit, endpoint)?))
    }
}

/// Lets the next signing secret of an endpoint take over now.
#[derive(Debug, Clone)]
pub struct ConfirmWebhookSecret {
    /// Which endpoint.
    pub id: EndpointId,
}

impl UseCase for ConfirmWebhookSecret {
    type Output = EndpointView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<EndpointView> {
        let (account, now) = (unit.account()?, unit.now());
        own(unit, self.id)?;
        let endpoint = confirm_secret(unit.tx, (account, self.id), now)?;
        unit.audit(account, "webhook.secret_confirmed", &self.id)?;
        Ok(Ending::Done(view(unit, endpoint)?))
    }
}
