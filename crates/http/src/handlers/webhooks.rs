use cardium_api_v1::{
    to_json,
    webhook::{self, WebhookIn, WebhookOut},
};
use cardium_app::{
    CommandError,
    reads::NoFilter,
    webhooks::{CreateWebhook, DeleteWebhook, webhook_secret_aad},
};
use cardium_kernel::EndpointId;
use cardium_vault::{SealRandom, seal};
use cardium_webhooks::SigningSecret;

use crate::call::{Call, Outcome};

pub async fn list_webhooks(call: Call) -> Outcome {
    let query = call.query()?.list(call.account()?, NoFilter, &webhook::ORDER)?;
    let page = call.read(move |reads| reads.list_webhooks(&query)).await?;
    Ok(call.page(&page, |endpoint| endpoint.id.to_string(), WebhookOut::from))
}

pub async fn create_webhook(call: Call) -> Outcome {
    let wiring = &call.state.wiring;
    let wish = call.input::<WebhookIn>()?.parse(wiring.settings.webhook_reach)?;
    let id = EndpointId::new(wiring.edge.mint());
    let secret = SigningSecret::new(&wiring.edge.random());
    let create = CreateWebhook {
        id,
        url: wish.url,
        events: wish.events,
        mode: wish.mode.or(call.key_mode()),
        description: wish.description,
        secret: seal_secret(&call, id, &secret)?,
    };
    let render = move |endpoint: &_| to_json(&WebhookOut::with_secret(endpoint, &secret));
    call.once(create, render).await
}

fn seal_secret(
    call: &Call,
    id: EndpointId,
    secret: &SigningSecret,
) -> Result<Vec<u8>, CommandError> {
    let wiring = &call.state.wiring;
    let aad = webhook_secret_aad(call.account()?, id);
    let random = SealRandom::from_bytes(&wiring.edge.random());
    let kek = wiring.keys.ring().active();
    match seal(secret.expose().as_bytes(), &aad, kek, random) {
        Ok(sealed) => Ok(sealed.to_bytes()),
        Err(error) => Err(CommandError::Internal(error.to_string())),
    }
}

pub async fn delete_webhook(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    call.once(DeleteWebhook { id }, |()| Vec::new()).await
}
