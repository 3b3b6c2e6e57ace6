use cardium_api_v1::card::{CardIn, CardWish};
use cardium_app::{
    CommandError,
    cards::{IssueCard, NewPan},
};
use cardium_kernel::CardId;

use super::cards::show;
use crate::call::{Call, Outcome};

/// How often a PAN is drawn before giving up. A BIN holds 10^9 numbers: even with 10^8 of them
/// taken, five misses in a row come once in 10^5.
const DRAWS: usize = 5;

pub async fn issue_card(call: Call) -> Outcome {
    let wish = call.input::<CardIn>()?.parse()?;
    for _ in 0..DRAWS {
        let issue = draw(&call, &wish)?;
        match call.once(issue, show).await {
            Err(CommandError::PanTaken) => {}
            outcome => return outcome,
        }
    }
    Err(CommandError::PanTaken)
}

fn draw(call: &Call, wish: &CardWish) -> Result<IssueCard, CommandError> {
    let wiring = &call.state.wiring;
    let id = CardId::new(wiring.edge.mint());
    let random = (&wiring.edge.random(), &wiring.edge.random());
    let owner = (call.account()?, id);
    Ok(IssueCard {
        id,
        product: wish.product,
        pan: NewPan::draw(&wiring.keys, wish.product.bin, owner, random)?,
        book: wish.mode.or(call.key_mode()),
        load: wish.load,
        label: wish.label.clone(),
        wallet: wish.wallet,
        controls: wish.controls.clone(),
    })
}
