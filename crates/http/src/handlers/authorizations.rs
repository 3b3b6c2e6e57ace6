use cardium_api_v1::{
    authorization::AuthorizationOut, authorization_check::AuthorizationCheckIn,
    decision::CheckedOut,
};
use cardium_app::network::CheckAuthorization;
use cardium_kernel::{AuthorizationId, CardId, Problem};
use cardium_network::codes;

use crate::call::{Call, Outcome};

pub async fn get_authorization(call: Call) -> Outcome {
    let account = call.account()?;
    let id = call.path_id(AuthorizationId::parse, "authorization")?;
    let found = call.read(move |reads| reads.find_authorization(account, id)).await?;
    let found = found.filter(|found| call.reaches(found.book) && call.reaches_card(found.card));
    let found = found.ok_or_else(|| Problem::not_found("authorization"))?;
    let steps = call.read(move |reads| reads.related_transactions(id)).await?;
    Ok(call.answer(&AuthorizationOut::new(&found, &steps)))
}

pub async fn check_authorization(call: Call) -> Outcome {
    let (request, merchant) = call.input::<AuthorizationCheckIn>()?.parse()?;
    let card = call.path_id(CardId::parse, "card")?;
    let checked = call.perform(CheckAuthorization { card, request, merchant }).await?;
    Ok(call.answer(&CheckedOut::new(&checked, codes::decline)))
}
