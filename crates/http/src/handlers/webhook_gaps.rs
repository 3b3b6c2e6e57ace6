use cardium_api_v1::{
    to_json,
    webhook_gaps::{GapsOut, GapsWish, PingOut, RecoverIn, RecoveryOut},
    webhook_log::{self, DeliveryOut},
};
use cardium_app::{
    CommandError,
    webhooks::{PingWebhook, RecoverWebhook},
};
use cardium_kernel::{Book, EndpointId};

use super::webhooks::find;
use crate::call::{Call, Outcome};

pub async fn ping_webhook(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    call.once(PingWebhook { id }, |pinged| to_json(&PingOut::from(pinged))).await
}

pub async fn list_webhook_deliveries(call: Call) -> Outcome {
    let query = call.query()?;
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let mut filter = webhook_log::filter(&query, id)?;
    filter.book = confined(&call, filter.book)?;
    let query = query.list(call.account()?, filter, &webhook_log::ORDER)?;
    find(&call).await?;
    let page = call.read(move |reads| reads.list_deliveries(&query)).await?;
    Ok(call.page(&page, |logged| logged.delivery.id.to_string(), DeliveryOut::from))
}

pub async fn list_webhook_gaps(call: Call) -> Outcome {
    let wish = GapsWish::read(&call.query()?)?;
    let only = confined(&call, None)?;
    let endpoint = find(&call).await?.endpoint;
    let asked = endpoint.clone();
    let found = call.read(move |reads| reads.webhook_progress(&asked, wish.after, wish.limit));
    let stretch = found.await?;
    Ok(call.answer(&GapsOut::new(&endpoint, only, wish, &stretch)))
}

pub async fn recover_webhook(call: Call) -> Outcome {
    let id = call.path_id(EndpointId::parse, "webhook")?;
    let from = call.input::<RecoverIn>()?.parse()?;
    let render = move |recovery: &_| to_json(&RecoveryOut::new(id, recovery));
    call.once(RecoverWebhook { id, from }, render).await
}

/// The book that is asked for, or the one that the caller's key is confined to.
fn confined(call: &Call, named: Option<Book>) -> Result<Option<Book>, CommandError> {
    if named.is_some() {
        return call.book(named);
    }
    Ok(call.credential()?.confined_to())
}
