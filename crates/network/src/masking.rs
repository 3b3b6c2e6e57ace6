//! What of an exchange may be kept and shown.
//!
//! An allow-list: the PAN is masked, and expiry, tracks, private data, PIN block and chip data
//! (DE 14, 35, 45, 48, 52, 53, 55) are not on it. A careless sender may repeat the PAN, or put
//! another card's, in a harmless field, so it is blotted out there too, in place: what is masked
//! keeps its length.
//!
//! A merchant's number (DE 42) may well have 13 digits and more. It is masked where it is shown as
//! a field, but kept whole as the merchant's id, which controls compare; only digits of the very
//! card are taken out of that.

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
/// So many digits in a row may be a PAN, and so many of a PAN give it away.
const PAN_DIGITS: usize = 13;
/// Fields for words, in which nobody needs so many digits.
const WORDS: [u8; 3] = [41, 42, 43];

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
    let shown = |message: &Message, de: u8| {
        let text = hide(message.get(de)?);
        Some((de, if WORDS.contains(&de) { without_long_runs(&text) } else { text }))
    };
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
    let field = |de| hide(message.get(de).unwrap_or_default().trim());
    // As a whole, since a number may reach from one part into the next.
    let place = message.get(43).map(|text| without_long_runs(&hide(text)));
    let place = place.and_then(|text| CardAcceptor::parse(&text).ok());
    let part = |of: fn(&CardAcceptor) -> &str| {
        place.as_ref().map_or_else(String::new, |place| of(place).to_owned())
    };
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

/// The text with the PAN in it masked, and runs of digits that have too many of its own.
pub(crate) fn blotted(text: &str, pan: &Pan) -> String {
    let pan = pan.reveal().as_bytes();
    let parts = || pan.windows(PAN_DIGITS.min(pan.len()));
    masked_runs(text, |run| {
        parts().any(|part| run.windows(part.len()).any(|digits| digits == part))
    })
}

fn without_long_runs(text: &str) -> String {
    masked_runs(text, |run| run.len() >= PAN_DIGITS)
}

/// The text with the runs of digits masked that `hides` picks.
fn masked_runs(text: &str, hides: impl Fn(&[u8]) -> bool) -> String {
    let digit = |c: char| c.is_ascii_digit();
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (others, later) = rest.split_at(rest.find(digit).unwrap_or(rest.len()));
        let (run, later) = later.split_at(later.find(|c| !digit(c)).unwrap_or(later.len()));
        shown.push_str(others);
        if hides(run.as_bytes()) {
            shown.push_str(&masked_run(run));
        } else {
            shown.push_str(run);
        }
        rest = later;
    }
    shown
}

fn masked_run(run: &str) -> String {
    let first = if run.len() >= BIN_SHOWN_FROM { 6 } else { 0 };
    let (first, rest) = run.split_at(first);
    let (hidden, last) = rest.split_at(rest.len().saturating_sub(4));
    [first, &"*".repeat(hidden.len()), last].concat()
}
