//! What of an exchange may be kept and shown.
//!
//! An allow-list: the PAN is masked, and expiry, tracks, private data, PIN block and chip data
//! (DE 14, 35, 45, 48, 52, 53, 55) are not on it. A careless sender may repeat the PAN in a
//! harmless field, so it is blotted out there too.

use cardium_authorizations::{MaskedFields, Merchant};
use cardium_iso8583::{CardAcceptor, Message};
use cardium_vault::Pan;

/// Fields of a request that may be shown, besides DE 2.
pub(crate) const SHOWN: [u8; 20] =
    [3, 4, 6, 7, 10, 11, 12, 13, 18, 19, 22, 25, 32, 37, 41, 42, 43, 49, 51, 95];
/// Fields that the response adds: approval code and response code.
const ADDED: [u8; 2] = [38, 39];
/// From this length on the first six digits may be shown too (PCI DSS 3.4.1).
const BIN_SHOWN_FROM: usize = 15;

/// The fields of request and response that may be shown, by number.
pub(crate) fn masked(request: &Message, response: &Message, pan: &Pan) -> MaskedFields {
    fields(request, response, &mask(pan), |text| blotted(text, pan))
}

/// The same of a request that has no PAN any more, but its mask.
pub(crate) fn harmless(request: &Message, response: &Message, mask: &str) -> MaskedFields {
    fields(request, response, mask, str::to_owned)
}

fn fields(
    request: &Message,
    response: &Message,
    mask: &str,
    hide: impl Fn(&str) -> String,
) -> MaskedFields {
    let shown = |message: &Message, de: u8| Some((de, hide(message.get(de)?)));
    let mut fields = vec![(2, mask.to_owned())];
    fields.extend(SHOWN.iter().filter_map(|de| shown(request, *de)));
    fields.extend(ADDED.iter().filter_map(|de| shown(response, *de)));
    fields.sort_unstable_by_key(|(de, _)| *de);
    MaskedFields::new(fields)
}

/// Who asks for the money (DE 18, 42, 43).
pub(crate) fn merchant(message: &Message, pan: &Pan) -> Merchant {
    read_merchant(message, |text| blotted(text, pan))
}

/// The same of a message that has no PAN any more.
pub(crate) fn harmless_merchant(message: &Message) -> Merchant {
    read_merchant(message, str::to_owned)
}

fn read_merchant(message: &Message, hide: impl Fn(&str) -> String) -> Merchant {
    let text = |value: &str| hide(value.trim());
    let field = |de| text(message.get(de).unwrap_or_default());
    let place = message.get(43).and_then(|text| CardAcceptor::parse(text).ok());
    let part =
        |of: fn(&CardAcceptor) -> &str| place.as_ref().map_or_else(String::new, |p| text(of(p)));
    Merchant {
        name: part(CardAcceptor::name),
        mcc: field(18),
        id: field(42),
        city: part(CardAcceptor::city),
        country: part(CardAcceptor::country),
    }
}

/// The PAN as it may be shown.
pub(crate) fn mask(pan: &Pan) -> String {
    let is_long = pan.reveal().len() >= BIN_SHOWN_FROM;
    let bin = if is_long { pan.bin() } else { "" };
    format!("{bin}******{}", pan.last4())
}

/// The text with the PAN in it masked.
pub(crate) fn blotted(text: &str, pan: &Pan) -> String {
    if text.contains(pan.reveal()) {
        return text.replace(pan.reveal(), &mask(pan));
    }
    text.to_owned()
}
