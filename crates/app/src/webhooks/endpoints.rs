use cardium_kernel::{Book, EndpointId, Metadata, Problem};
use cardium_webhooks::{
    Endpoint, EndpointStatus, EndpointView, EventFilter, Ordering, Payload, add_endpoint,
};

use super::{check_host, check_mode, own};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Makes an endpoint.
#[derive(Debug, Clone)]
pub struct CreateWebhook {
    /// The new endpoint's id.
    pub id: EndpointId,
    /// Where events go; its text was checked at the edge.
    pub url: String,
    /// What is known against its host.
    pub forbidden: Option<Problem>,
    /// Which events.
    pub events: EventFilter,
    /// Only of this book, where set.
    pub mode: Option<Book>,
    /// What its owner says of it.
    pub description: String,
    /// The sealed signing secret.
    pub secret: Vec<u8>,
    /// How much of an event it is sent.
    pub payload: Payload,
    /// In which order.
    pub ordering: Ordering,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl UseCase for CreateWebhook {
    type Output = EndpointView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<EndpointView> {
        let account = unit.account()?;
        check_mode(unit, self.mode)?;
        check_host(self.forbidden.as_ref())?;
        let endpoint = Endpoint {
            id: self.id,
            account,
            url: self.url.clone(),
            events: self.events.clone(),
            mode: self.mode,
            description: self.description.clone(),
            secret: self.secret.clone(),
            next_secret: None,
            payload: self.payload,
            ordering: self.ordering,
            status: EndpointStatus::Enabled,
            disabled_by: None,
            warned_at: None,
            grant: unit.grant().map(|grant| grant.id),
            metadata: self.metadata.clone(),
            created_at: unit.now(),
            updated_at: unit.now(),
            version: 1,
        };
        let most = unit.policy().webhooks_maximum;
        add_endpoint(unit.tx, &endpoint, most)?;
        unit.audit(account, "webhook.created", &self.id)?;
        Ok(Ending::Done(EndpointView::sound(endpoint)))
    }
}

/// Removes an endpoint.
#[derive(Debug, Clone)]
pub struct DeleteWebhook {
    /// Which one.
    pub id: EndpointId,
}

impl UseCase for DeleteWebhook {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let account = own(unit, self.id)?.account;
        if !unit.tx.delete_endpoint(account, self.id)? {
            return Err(Problem::not_found("webhook").into());
        }
        unit.audit(account, "webhook.deleted", &self.id)?;
        Ok(Ending::Done(()))
    }
}
