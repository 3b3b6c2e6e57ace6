use cardium_api_v1::{
    to_json,
    webhook::{self, WebhookIn, WebhookOut},
    webhook_patch::{self, WebhookDeliveryOut, WebhookPatchIn},
    webhook_secret::RotateSecretIn,
};
use cardium_app::{
    CommandError,
    reads::WebhookFilter,
    webhooks::{
        ConfirmWebhookSecret, CreateWebhook, DeleteWebhook, ReplayWebhook, RotateWebhookSecret,
        UpdateWebhook, webhook_secret_aad,
    },
};
use cardium_kernel::{EndpointId, EventId, Page, Problem};
use cardium_vault::{SealRandom, seal};
use cardium_webhooks::{EndpointView, SigningSecret};

use crate::{
    call::{Call, Outcome},
    webhook_hosts::judge_host,
};

pub async fn list_webhooks(call: Call) -> Outcome {
    let query = call.query()?;
    let seen_by = call.credential()?.confined_to();
    let filter = WebhookFilter { seen_by, ..webhook_patch::filter(&query)? };
    let query = query.list(call.account()?, filter, &webhook::ORDER)?;
    let page = call.read(move |reads| reads.list_webhooks(&query)).await?;
    let (now, patience) = (call.now(), call.state.wiring.edge.policy.webhook_patience);
    let view = |(endpoint, since)| EndpointView::new(endpoint, since, patience);
    let items = page.items.into_iter().map(view).collect();
    let page = Page { items, has_more: page.has_more };
    let show = |view: &_| WebhookOut::new(view, now);
    Ok(call.page(&page, |view: &EndpointView| view.endpoint.id.to_string(), show))
}

pub async fn get_webhook(call: Call) -> Outcome {
    let found = find(&call).await?;
    Ok(call.answer(&WebhookOut::new(&found, call.now())))
}

/// The account's endpoint that the path names.
pub(super) async fn find(call: &Call) -> Result<EndpointView, CommandError> {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let account = call.account()?;
    let found = call.read(move |reads| reads.find_webhook(account, id)).await?;
    let found = found.filter(|(found, _)| found.mode.is_none_or(|mode| call.reaches(mode)));
    let (endpoint, since) = found.ok_or_else(|| Problem::not_found("webhook"))?;
    let patience = call.state.wiring.edge.policy.webhook_patience;
    Ok(EndpointView::new(endpoint, since, patience))
}

pub async fn create_webhook(call: Call) -> Outcome {
    let wiring = &call.state.wiring;
    let wish = call.input::<WebhookIn>()?.parse(wiring.settings.webhook_reach)?;
    let forbidden = judge_host(wiring, &wish.url).await;
    let id = EndpointId::new(wiring.edge.mint());
    let secret = SigningSecret::new(&wiring.edge.random());
    let create = CreateWebhook {
        id,
        url: wish.url,
        forbidden,
        events: wish.events,
        mode: call.book(wish.mode)?,
        description: wish.description,
        secret: seal_secret(&call, id, &secret)?,
        payload: wish.payload,
        ordering: wish.ordering,
        metadata: wish.metadata,
    };
    let now = call.now();
    let render = move |endpoint: &_| to_json(&WebhookOut::new(endpoint, now).with_secret(&secret));
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

pub async fn update_webhook(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let reach = call.state.wiring.settings.webhook_reach;
    let patch = call.input::<WebhookPatchIn>()?.parse(reach)?;
    let forbidden = match &patch.url {
        Some(url) => judge_host(&call.state.wiring, url).await,
        None => None,
    };
    let now = call.now();
    let render = move |view: &_| to_json(&WebhookOut::new(view, now));
    call.once(UpdateWebhook { id, patch, forbidden }, render).await
}

pub async fn delete_webhook(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    call.once(DeleteWebhook { id }, |()| Vec::new()).await
}

pub async fn replay_webhook(call: Call) -> Outcome {
    let endpoint = call.path_id(EndpointId::parse, "webhook")?;
    let event = call.path_eid(EventId::parse, "event")?;
    let render = |delivery: &_| to_json(&WebhookDeliveryOut::from(delivery));
    call.once(ReplayWebhook { endpoint, event }, render).await
}

pub async fn rotate_webhook_secret(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let overlap = call.input::<RotateSecretIn>()?.overlap()?;
    let secret = SigningSecret::new(&call.state.wiring.edge.random());
    let sealed = seal_secret(&call, id, &secret)?;
    let rotate = RotateWebhookSecret { id, secret: sealed, overlap };
    let now = call.now();
    let render = move |endpoint: &_| to_json(&WebhookOut::new(endpoint, now).with_secret(&secret));
    call.once(rotate, render).await
}

pub async fn confirm_webhook_secret(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let now = call.now();
    let render = move |endpoint: &_| to_json(&WebhookOut::new(endpoint, now));
    call.once(ConfirmWebhookSecret { id }, render).await
}
