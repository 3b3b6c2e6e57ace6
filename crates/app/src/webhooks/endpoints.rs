use cardium_kernel::{Book, EndpointId, ErrorCode, Metadata, Problem};
use cardium_webhooks::{Endpoint, EndpointStatus, EventFilter};

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
        if unit.tx.count_endpoints(account)? >= unit.policy().webhooks_maximum {
            let message = "The account holds the most webhook endpoints it may.";
            return Err(Problem::new(ErrorCode::WebhookLimitReached, message).into());
        }
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
        unit.tx.insert_endpoint(&endpoint)?;
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
