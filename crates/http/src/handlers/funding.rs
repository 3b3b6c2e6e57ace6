use cardium_api_v1::{
    funding::{LoadIn, LoadedOut, UnloadIn, UnloadedOut},
    to_json,
};
use cardium_app::cards::{LoadCard, UnloadCard};
use cardium_kernel::CardId;

use crate::call::{Call, Outcome};

pub async fn load_card(call: Call) -> Outcome {
    let card = call.path_id(CardId::parse, "card")?;
    let (amount, expected_fee) = call.input::<LoadIn>()?.parse()?;
    let load = LoadCard { card, amount, expected_fee };
    call.once(load, |loaded| to_json(&LoadedOut::from(loaded))).await
}

pub async fn unload_card(call: Call) -> Outcome {
    let card = call.path_id(CardId::parse, "card")?;
    let amount = call.input::<UnloadIn>()?.parse()?;
    let unload = UnloadCard { card, amount };
    call.once(unload, |unloaded| to_json(&UnloadedOut::from(unloaded))).await
}
