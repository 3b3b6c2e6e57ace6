//! Responses: how they are made inside the transaction, kept, and sent.
//!
//! What is kept for a repeat has no PAN: DE 2 is left out of the stored bytes and comes from the
//! request at hand when they are sent. The stored form is the default wire format, so that a
//! change of a connection's format does not strand old responses.

use std::sync::Arc;

use cardium_app::network::{NetworkAnswer, NetworkReply};
use cardium_authorizations::MaskedFields;
use cardium_iso8583::{FieldError, Message, WireBytes, WireFormat, decode, encode, response_to};
use cardium_kernel::Money;
use cardium_vault::Pan;

use crate::{
    CvvDeclineCode,
    amount::{Rounding, scaled},
    balances, codes, masking,
};

/// What `Exchange` makes its reply with.
pub(crate) type Encoder = Arc<dyn Fn(&NetworkAnswer) -> NetworkReply + Send + Sync>;

/// The encoder of answers to `request`, which bears `pan`.
pub(crate) fn encoder(request: &Arc<Message>, pan: &Pan, cvv: CvvDeclineCode) -> Encoder {
    let pan = pan.clone();
    encoder_with(request, cvv, move |request, response| masking::masked(request, response, &pan))
}

/// The encoder of answers to a request that has no PAN any more, but its mask.
pub(crate) fn encoder_of_record(
    request: &Arc<Message>,
    mask: &str,
    cvv: CvvDeclineCode,
) -> Encoder {
    let mask = mask.to_owned();
    encoder_with(request, cvv, move |request, response| masking::harmless(request, response, &mask))
}

fn encoder_with(
    request: &Arc<Message>,
    cvv: CvvDeclineCode,
    fields: impl Fn(&Message, &Message) -> MaskedFields + Send + Sync + 'static,
) -> Encoder {
    let request = Arc::clone(request);
    Arc::new(move |answer| {
        let code = code(answer, cvv);
        let mut response = response(&request, code).expect("only requests become commands");
        add(&mut response, &request, answer).expect("what we answer fits its fields");
        let fields = fields(&request, &response);
        response.remove(2);
        NetworkReply {
            response_code: code.to_owned(),
            bytes: encode(&response, &WireFormat::default()).to_vec(),
            fields,
        }
    })
}

const fn code(answer: &NetworkAnswer, cvv: CvvDeclineCode) -> &'static str {
    match answer {
        NetworkAnswer::Approved { .. }
        | NetworkAnswer::Balance { .. }
        | NetworkAnswer::Accepted => codes::APPROVED,
        NetworkAnswer::ApprovedInPart { .. } => codes::APPROVED_IN_PART,
        NetworkAnswer::Declined(reason) => codes::decline_for(*reason, cvv),
    }
}

/// What an answer carries besides its code.
fn add(
    response: &mut Message,
    request: &Message,
    answer: &NetworkAnswer,
) -> Result<(), FieldError> {
    match answer {
        NetworkAnswer::Approved { approval_code } => approve(response, approval_code),
        NetworkAnswer::ApprovedInPart { approval_code, billing } => {
            approve(response, approval_code)?;
            approve_in_part(response, request, *billing)
        }
        NetworkAnswer::Balance { approval_code, available, posted } => {
            approve(response, approval_code)?;
            response.set(54, &balances::balances(*posted, *available))
        }
        NetworkAnswer::Declined(_) | NetworkAnswer::Accepted => Ok(()),
    }
}

/// An approval code that the network gave may be shorter than ours.
fn approve(response: &mut Message, approval_code: &str) -> Result<(), FieldError> {
    response.set(38, &format!("{approval_code:<6}"))
}

/// The approved amount takes the place of the one that was asked (DE 4, and DE 6 where the
/// network converted), which moves to DE 54. Cut down to the merchant's minor unit, so that he
/// never hands out more than we hold.
fn approve_in_part(
    response: &mut Message,
    request: &Message,
    billing: Money,
) -> Result<(), FieldError> {
    let approved = u64::try_from(billing.minor()).unwrap_or(0);
    let asked = request.amount(4).unwrap_or(0);
    let mut originals = balances::original(request.get(49).unwrap_or_default(), asked);
    let mut merchant = approved;
    if let Some(billed) = request.amount(6) {
        originals.push_str(&balances::original(request.get(51).unwrap_or_default(), billed));
        response.set_amount(6, approved)?;
        if let Some(currency) = request.get(51) {
            response.set(51, currency)?;
        }
        merchant = scaled(asked, (approved, billed), Rounding::Down).unwrap_or(0);
    }
    response.set_amount(4, merchant)?;
    response.set(54, &originals)
}

/// The response that `stored` bytes stand for, to this very request: a reversal request may be
/// repeated as an advice, which has another answer's message type. `None` if they do not decode.
pub(crate) fn restored(request: &Message, stored: &[u8]) -> Option<Message> {
    let stored = decode(stored, &WireFormat::default()).ok()?;
    let mut response = Message::new(request.mti().response()?);
    for de in stored.fields() {
        response.set(de, stored.get(de)?).ok()?;
    }
    if let Some(pan) = request.get(2) {
        response.set(2, pan).ok()?;
    }
    Some(response)
}

/// The bytes that answer `request` with no more than a code; `None` if nobody answers it.
pub(crate) fn plain(request: &Message, code: &str, format: &WireFormat) -> Option<WireBytes> {
    Some(encode(&response(request, code)?, format))
}

/// The response to `request`. Network management also gets its function (DE 70) back, by which
/// the sender tells an echo from a sign-on.
fn response(request: &Message, code: &str) -> Option<Message> {
    let mut response = response_to(request)?;
    for (de, value) in [(39, Some(code)), (70, request.get(70))] {
        if let Some(value) = value {
            response.set(de, value).ok()?;
        }
    }
    Some(response)
}
