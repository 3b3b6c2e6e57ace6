use std::sync::Arc;

use cardium_api_v1::{
    card::{CardIn, CardOut, CardWish},
    card_change::{ReplaceIn, ReplaceWish},
    to_json,
};
use cardium_app::{
    CommandError,
    cards::{Destination, IssueCard, NewPan, ReplaceCard, open_shipping, seal_shipping},
    event::CardView,
};
use cardium_cards::{Card, CardType, Shipping};
use cardium_kernel::CardId;
use cardium_vault::Sealed;

use super::cards::find_card;
use crate::call::{Call, Outcome};

/// How often a PAN is drawn before giving up. A BIN holds 10^9 numbers: even with 10^8 of them
/// taken, five misses in a row come once in 10^5.
const DRAWS: usize = 5;

pub async fn issue_card(call: Call) -> Outcome {
    let wish = call.input::<CardIn>()?.parse()?;
    for _ in 0..DRAWS {
        let issue = draw(&call, &wish)?;
        match call.once(issue, show_with_address(&call)).await {
            Err(CommandError::PanTaken) => {}
            outcome => return outcome,
        }
    }
    Err(CommandError::PanTaken)
}

/// The product and the address of a card never change, so they are read ahead of the command.
pub async fn replace_card(call: Call) -> Outcome {
    let wish = call.input::<ReplaceIn>()?.parse()?;
    let old = find_card(&call).await?.card;
    for _ in 0..DRAWS {
        let replace = draw_replacement(&call, &old, &wish)?;
        match call.once(replace, show_with_address(&call)).await {
            Err(CommandError::PanTaken) => {}
            outcome => return outcome,
        }
    }
    Err(CommandError::PanTaken)
}

/// The new card as its owner sees it, with the address that it is sent to.
fn show_with_address(call: &Call) -> impl Fn(&CardView) -> Vec<u8> + Send + 'static {
    let keys = Arc::clone(&call.state.wiring.keys);
    move |view| {
        let shipping = open_shipping(&keys, &view.card);
        to_json(&CardOut::from(view).shipped_to(shipping.as_ref()))
    }
}

fn draw(call: &Call, wish: &CardWish) -> Result<IssueCard, CommandError> {
    let id = CardId::new(call.state.wiring.edge.mint());
    Ok(IssueCard {
        id,
        product: wish.product,
        pan: draw_pan(call, wish.product.bin, id)?,
        book: call.book(wish.mode)?,
        load: wish.load,
        label: wish.label.clone(),
        wallet: wish.wallet,
        controls: wish.controls.clone(),
        shipping: seal_for(call, id, wish.shipping.as_ref())?,
        destination: wish.shipping.as_ref().map(Destination::from),
        metadata: wish.metadata.clone(),
    })
}

fn draw_replacement(
    call: &Call,
    old: &Card,
    wish: &ReplaceWish,
) -> Result<ReplaceCard, CommandError> {
    let id = CardId::new(call.state.wiring.edge.mint());
    let named = wish.shipping.as_ref();
    let (named, kept) = match old.card_type {
        CardType::Virtual => (None, None),
        CardType::Physical => (named, open_shipping(&call.state.wiring.keys, old)),
    };
    Ok(ReplaceCard {
        card: old.id,
        id,
        pan: draw_pan(call, &old.bin, id)?,
        reason: wish.reason,
        shipping: seal_for(call, id, named.or(kept.as_ref()))?,
        destination: named.map(Destination::from),
        metadata: wish.metadata.clone(),
    })
}

fn draw_pan(call: &Call, bin: &str, card: CardId) -> Result<NewPan, CommandError> {
    let wiring = &call.state.wiring;
    let random = (&wiring.edge.random(), &wiring.edge.random());
    NewPan::draw(&wiring.keys, bin, (call.account()?, card), random)
}

fn seal_for(
    call: &Call,
    card: CardId,
    shipping: Option<&Shipping>,
) -> Result<Option<Sealed>, CommandError> {
    let (wiring, account) = (&call.state.wiring, call.account()?);
    let seal =
        |shipping| seal_shipping(&wiring.keys, (account, card), shipping, &wiring.edge.random());
    shipping.map(seal).transpose()
}
