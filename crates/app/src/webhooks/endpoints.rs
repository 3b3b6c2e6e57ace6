use cardium_kernel::{Book, EndpointId, Metadata, Problem};
use cardium_webhooks::{Endpoint, EndpointStatus, EventFilter, add_endpoint};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Makes an endpoint.
#[derive(Debug, Clone)]
pub struct CreateWebhook {
    /// The new endpoint's id.
    pub id: EndpointId,
    /// Where events go; checked at the edge.
    pub url: String,
    /// Which events.
    pub events: EventFilter,
    /// Only of this book, where set.
    pub mode: Option<Book>,
    /// What its owner says of it.
    pub description: String,
    /// The sealed signing secret.
    pub secret: Vec<u8>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl UseCase for CreateWebhook {
    type Output = Endpoint;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Endpoint> {
        let account = unit.account()?;
        let endpoint = Endpoint {
            id: self.id,
            account,
            url: self.url.clone(),
            events: self.events.clone(),
            mode: self.mode,
            description: self.description.clone(),
            secret: self.secret.clone(),
            status: EndpointStatus::Enabled,
            metadata: self.metadata.clone(),
            created_at: unit.now(),
            updated_at: unit.now(),
        };
        let most = unit.policy().webhooks_maximum;
        add_endpoint(unit.tx, &endpoint, most)?;
        unit.audit(account, "webhook.created", &self.id)?;
        Ok(Ending::Done(endpoint))
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
        let account = unit.account()?;
        if !unit.tx.delete_endpoint(account, self.id)? {
            return Err(Problem::not_found("webhook").into());
        }
        unit.audit(account, "webhook.deleted", &self.id)?;
        Ok(Ending::Done(()))
    }
}
