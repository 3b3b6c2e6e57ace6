use cardium_api_v1::{
    card::CardOut,
    controls::{ControlsIn, GeoIn, LimitsIn, MccIn},
    to_json,
};
use cardium_app::cards::{SetControls, SpendingView};
use cardium_cards::ControlsPatch;
use cardium_kernel::{CardId, Problem};
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::call::{Call, Outcome};

pub async fn set_card_limits(call: Call) -> Outcome {
    set(call, |input: LimitsIn, patch| input.add_to(patch, "")).await
}

pub async fn set_mcc_rules(call: Call) -> Outcome {
    set(call, |input: MccIn, patch| input.add_to(patch, "")).await
}

pub async fn set_card_geo(call: Call) -> Outcome {
    set(call, |input: GeoIn, patch| input.add_to(patch, "")).await
}

pub async fn set_card_controls(call: Call) -> Outcome {
    set(call, |input: ControlsIn, patch| input.add_to(patch, "")).await
}

/// Changes one part of a card's controls.
async fn set<T: DeserializeOwned + Validate>(
    call: Call,
    add: impl FnOnce(T, &mut ControlsPatch) -> Result<(), Problem>,
) -> Outcome {
    let mut patch = ControlsPatch::default();
    add(call.input()?, &mut patch)?;
    let card = call.path_id(CardId::parse, "card")?;
    call.once(SetControls { card, patch }, show).await
}

fn show(output: &SpendingView) -> Vec<u8> {
    to_json(&CardOut::spent(&output.view, output.velocity.as_ref(), output.at))
}
