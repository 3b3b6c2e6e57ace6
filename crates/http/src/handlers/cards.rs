use cardium_api_v1::{
    card::{self, CardOut, ReasonIn, WalletIn},
    card_change::CardPatchIn,
    to_json,
};
use cardium_app::{
    CommandError,
    cards::{CancelCard, DescribeCard, FreezeCard, ProvisionWallet, UnfreezeCard, open_shipping},
    event::CardView,
};
use cardium_kernel::{CardId, Problem};

use crate::call::{Call, Outcome};

/// The card as the write path renders it.
pub fn show(view: &CardView) -> Vec<u8> {
    to_json(&CardOut::from(view))
}

/// The caller's card of the path.
pub async fn find_card(call: &Call) -> Result<CardView, CommandError> {
    let (account, id) = (call.account()?, call.path_id(CardId::parse, "card")?);
    let found = call.read(move |reads| reads.find_card(account, id)).await?;
    let found = found.filter(|view| call.reaches(view.card.book) && call.reaches_card(id));
    Ok(found.ok_or_else(|| Problem::not_found("card"))?)
}

pub async fn list_cards(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = card::filter(&query)?;
    filter.book = call.book(filter.book)?;
    filter.cards = call.cards();
    let query = query.list(call.account()?, filter, &card::ORDER)?;
    let page = call.read(move |reads| reads.list_cards(&query)).await?;
    Ok(call.page(&page, |view| view.card.id.to_string(), CardOut::from))
}

pub async fn get_card(call: Call) -> Outcome {
    let view = find_card(&call).await?;
    let (account, id) = (view.card.account, view.card.id);
    let velocity = call.read(move |reads| reads.find_velocity(account, id)).await?;
    let shipping = open_shipping(&call.state.wiring.keys, &view.card);
    let shown = CardOut::spent(&view, velocity.as_ref(), call.now());
    Ok(call.answer(&shown.shipped_to(shipping.as_ref())))
}

pub async fn update_card(call: Call) -> Outcome {
    let change = call.input::<CardPatchIn>()?.parse();
    let card = call.path_id(CardId::parse, "card")?;
    let metadata = change.metadata.into_changes();
    let (label, binding) = (change.label, change.binding);
    call.once(DescribeCard { card, label, metadata, binding }, show).await
}

pub async fn provision_wallet(call: Call) -> Outcome {
    let wallet = call.input::<WalletIn>()?.parse()?;
    let card = call.path_id(CardId::parse, "card")?;
    call.once(ProvisionWallet { card, wallet }, show).await
}

/// The card of the path, for an action that takes no more than a reason.
fn acted_on(call: &Call) -> Result<CardId, CommandError> {
    call.input::<ReasonIn>()?.check()?;
    Ok(call.path_id(CardId::parse, "card")?)
}

pub async fn freeze_card(call: Call) -> Outcome {
    let card = acted_on(&call)?;
    call.once(FreezeCard { card }, show).await
}

pub async fn unfreeze_card(call: Call) -> Outcome {
    let card = acted_on(&call)?;
    call.once(UnfreezeCard { card }, show).await
}

pub async fn cancel_card(call: Call) -> Outcome {
    let card = acted_on(&call)?;
    call.once(CancelCard { card }, show).await
}
