//! The key of a message, by which its repeats and its reversal find it again.
//!
//! Invariant: a reversal that quotes an original in DE 90 gives the key the original gave. DE 90
//! zero-fills the acquirer and drops padding is up to each sender, so both are taken off here.

use cardium_authorizations::{Function, MessageKey};
use cardium_iso8583::{Message, Mti, OriginalDataElements};

/// The key of `message`, from DE 32, 7, 11, 41, 37 and the class and function of its message type.
#[must_use]
pub fn message_key(message: &Message) -> MessageKey {
    let field = |de| message.get(de).unwrap_or_default();
    canonical(message.mti(), [32, 7, 11, 41, 37].map(field))
}

/// The key of the message that `reversal` takes back: `original` is its DE 90. Terminal and
/// retrieval reference, which DE 90 lacks, are those of the reversal, and so is the acquirer
/// where DE 90 has zeros for it.
#[must_use]
pub fn original_key(reversal: &Message, original: &OriginalDataElements) -> MessageKey {
    let field = |de| reversal.get(de).unwrap_or_default();
    let acquirer = match original.acquirer() {
        "" => field(32),
        quoted => quoted,
    };
    let (transmitted_at, trace) = (original.transmission_datetime(), original.stan());
    canonical(original.mti(), [acquirer, transmitted_at, trace, field(41), field(37)])
}

fn canonical(
    mti: Mti,
    [acquirer, transmitted_at, trace, terminal, retrieval_reference]: [&str; 5],
) -> MessageKey {
    MessageKey {
        class: char::from(b'0' + mti.class()),
        function: match mti.function() {
            0 => Function::Request,
            _ => Function::Advice,
        },
        acquirer: acquirer.trim_start_matches('0').to_owned(),
        transmitted_at: transmitted_at.to_owned(),
        trace: trace.to_owned(),
        terminal: terminal.trim().to_owned(),
        retrieval_reference: retrieval_reference.trim().to_owned(),
    }
}
