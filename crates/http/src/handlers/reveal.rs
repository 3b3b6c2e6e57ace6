use cardium_api_v1::reveal::{CardSecrets, RevealOut};
use cardium_app::{
    CommandError,
    cards::{NewPan, RevealPan, Revealed},
};
use cardium_kernel::CardId;
use cardium_vault::{Keys, Pan, cvv2, open};

use crate::call::{Call, Outcome};

/// The seal is opened only now that the audit row is committed.
pub async fn reveal_pan(call: Call) -> Outcome {
    let card = call.path_id(CardId::parse, "card")?;
    let revealed = call.perform(RevealPan { card }).await?;
    let keys = &call.state.wiring.keys;
    let pan = open_pan(keys, &revealed)?;
    let cvv = cvv2(&pan, revealed.card.expiry, keys.cvk());
    let formatted = pan.formatted();
    let secrets = CardSecrets { pan: pan.reveal(), pan_formatted: &formatted, cvv: cvv.reveal() };
    Ok(call.answer(&RevealOut::new(&revealed.card, secrets, revealed.audit)))
}

fn open_pan(keys: &Keys, revealed: &Revealed) -> Result<Pan, CommandError> {
    let unreadable = || CommandError::Internal("a sealed PAN does not open".to_owned());
    let aad = NewPan::aad(revealed.card.account, revealed.card.id);
    let digits = open(&revealed.pan.sealed, &aad, keys.ring()).map_err(|_| unreadable())?;
    let text = str::from_utf8(&digits).map_err(|_| unreadable())?;
    Pan::parse(text).map_err(|_| unreadable())
}
