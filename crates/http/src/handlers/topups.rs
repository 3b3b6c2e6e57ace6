use std::sync::Arc;

use cardium_api_v1::{
    qr, to_json,
    topup::{self, TopupIn},
};
use cardium_app::topups::{CancelTopup, CreateTopup};
use cardium_kernel::{Problem, TopupId};

use crate::call::{Call, Outcome};

pub async fn create_topup(call: Call) -> Outcome {
    let wish = call.input::<TopupIn>()?.parse()?;
    let wiring = &call.state.wiring;
    let id = TopupId::new(wiring.edge.mint());
    let address = wiring.addresses.issue(wish.network, id);
    // The image is drawn here: the write path should not wait for it.
    let route = (wish.network, wish.asset);
    let image = qr::data_uri(&wiring.renderer.payment_uri(route, &address, wish.amount));
    let create = CreateTopup {
        id,
        book: wish.mode.or(call.key_mode()),
        asset: wish.asset,
        network: wish.network,
        address,
        amount: wish.amount,
    };
    let renderer = Arc::clone(&wiring.renderer);
    let render = move |topup: &_| to_json(&renderer.topup_with_image(topup, image.clone()));
    call.once(create, render).await
}

pub async fn list_topups(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = topup::filter(&query)?;
    filter.book = filter.book.or(call.key_mode());
    let query = query.list(call.account()?, filter, &topup::ORDER)?;
    let page = call.read(move |reads| reads.list_topups(&query)).await?;
    let renderer = &call.state.wiring.renderer;
    Ok(call.page(&page, |topup| topup.id.to_string(), |topup| renderer.topup(topup)))
}

pub async fn get_topup(call: Call) -> Outcome {
    let (account, id) = (call.account()?, call.path_id(TopupId::parse, "top-up")?);
    let found = call.read(move |reads| reads.find_topup(account, id)).await?;
    let topup = found.ok_or_else(|| Problem::not_found("top-up"))?;
    Ok(call.answer(&call.state.wiring.renderer.topup_with_qr(&topup)))
}

pub async fn cancel_topup(call: Call) -> Outcome {
    let id = call.path_id(TopupId::parse, "top-up")?;
    let renderer = Arc::clone(&call.state.wiring.renderer);
    let render = move |topup: &_| to_json(&renderer.topup_with_qr(topup));
    call.once(CancelTopup { id }, render).await
}
