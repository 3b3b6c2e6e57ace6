use std::sync::Arc;

use cardium_api_v1::{
    qr, to_json,
    topup::{self, TopupIn},
};
use cardium_app::{
    Answer,
    reads::Reads,
    topups::{CancelTopup, CreateTopup},
};
use cardium_kernel::{Problem, TopupId};

use crate::{
    block::block,
    call::{Call, Outcome},
};

pub async fn create_topup(call: Call) -> Outcome {
    let wish = call.input::<TopupIn>()?.parse()?;
    let wiring = &call.state.wiring;
    let id = TopupId::new(wiring.edge.mint());
    let address = wiring.addresses.issue(wish.network, id);
    // Neither the event loop nor the write path should wait for the image to be drawn.
    let route = (wish.network, wish.asset);
    let payment = wiring.renderer.payment_uri(route, &address, wish.amount);
    let image = block(move || qr::data_uri(&payment)).await?;
    let create = CreateTopup {
        id,
        book: call.book(wish.mode)?,
        asset: wish.asset,
        network: wish.network,
        address,
        amount: wish.amount,
        metadata: wish.metadata,
    };
    let renderer = Arc::clone(&wiring.renderer);
    let render = move |topup: &_| to_json(&renderer.topup_with_image(topup, image.clone()));
    call.once(create, render).await
}

pub async fn list_topups(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = topup::filter(&query)?;
    filter.book = call.book(filter.book)?;
    let query = query.list(call.account()?, filter, &topup::ORDER)?;
    let page = call.read(move |reads| reads.list_topups(&query)).await?;
    let renderer = &call.state.wiring.renderer;
    Ok(call.page(&page, |topup| topup.id.to_string(), |topup| renderer.topup(topup)))
}

pub async fn get_topup(call: Call) -> Outcome {
    let (account, id) = (call.account()?, call.path_id(TopupId::parse, "top-up")?);
    let renderer = Arc::clone(&call.state.wiring.renderer);
    let only = call.credential()?.confined_to();
    let show = move |topup: &_| to_json(&renderer.topup_with_qr(topup));
    let find = move |reads: &dyn Reads| {
        let found = reads.find_topup(account, id)?;
        Ok(found.filter(|topup| only.is_none_or(|only| only == topup.book)).as_ref().map(show))
    };
    let body = call.read(find).await?.ok_or_else(|| Problem::not_found("top-up"))?;
    Ok(Answer::new(call.operation.success, body))
}

pub async fn cancel_topup(call: Call) -> Outcome {
    let id = call.path_id(TopupId::parse, "top-up")?;
    let renderer = Arc::clone(&call.state.wiring.renderer);
    // Nobody is to pay a cancelled top-up, so its answer needs no image.
    let render = move |topup: &_| to_json(&renderer.topup(topup));
    call.once(CancelTopup { id }, render).await
}
