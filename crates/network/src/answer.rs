//! Responses: how they are made inside the transaction, kept, and sent.
//!
//! What is kept for a repeat has no PAN: DE 2 is left out of the stored bytes and comes from the
//! request at hand when they are sent. The stored form is the default wire format, so that a
//! change of a connection's format does not strand old responses.

use std::sync::Arc;

use cardium_app::network::{NetworkAnswer, NetworkReply};
use cardium_iso8583::{Message, WireBytes, WireFormat, decode, encode, response_to};
use cardium_vault::Pan;

use crate::{codes, masking};

/// What `Exchange` makes its reply with.
pub(crate) type Encoder = Arc<dyn Fn(&NetworkAnswer) -> NetworkReply + Send + Sync>;

/// The encoder of answers to `request`, which bears `pan`.
pub(crate) fn encoder(request: &Arc<Message>, pan: &Pan) -> Encoder {
    let (request, pan) = (Arc::clone(request), pan.clone());
    Arc::new(move |answer| {
        let (code, approval_code) = match answer {
            NetworkAnswer::Approved { approval_code } => {
                (codes::APPROVED, Some(approval_code.as_str()))
            }
            NetworkAnswer::Declined(reason) => (codes::decline(*reason), None),
            NetworkAnswer::Accepted => (codes::APPROVED, None),
        };
        let mut response =
            response(&request, code, approval_code).expect("only requests become commands");
        let fields = masking::masked(&request, &response, &pan);
        response.remove(2);
        NetworkReply {
            response_code: code.to_owned(),
            bytes: encode(&response, &WireFormat::default()).to_vec(),
            fields,
        }
    })
}

/// The response that `stored` bytes stand for, to this very request: a reversal request may be
/// repeated as an advice, which has another answer's message type. `None` if they do not decode.
pub(crate) fn restored(request: &Message, stored: &[u8]) -> Option<Message> {
    let stored = decode(stored, &WireFormat::default()).ok()?;
    response(request, stored.get(39)?, stored.get(38))
}

/// The bytes that answer `request` with no more than a code; `None` if nobody answers it.
pub(crate) fn plain(request: &Message, code: &str, format: &WireFormat) -> Option<WireBytes> {
    Some(encode(&response(request, code, None)?, format))
}

/// The response to `request`. Network management also gets its function (DE 70) back, by which
/// the sender tells an echo from a sign-on.
fn response(request: &Message, code: &str, approval_code: Option<&str>) -> Option<Message> {
    let mut response = response_to(request)?;
    let function = request.get(70);
    for (de, value) in [(38, approval_code), (39, Some(code)), (70, function)] {
        if let Some(value) = value {
            response.set(de, value).ok()?;
        }
    }
    Some(response)
}
