//! DE 48, which ISO 8583 leaves to private agreement.
//!
//! Ours is Mastercard's layout: optionally one letter (the transaction category code), then
//! sub-elements of two digits tag, two digits length and the value.
//!
//! | Tag | What it carries | Example |
//! |---|---|---|
//! | 61 | position 1 is 1 where the terminal takes a part of what it asks for | `610510000` |
//! | 92 | the CVV2 | `9203123` |
//! | 98 | the number of this clearing and how many there are, two digits each | `98040102` |
//!
//! Other sub-elements are passed over; what does not follow the layout is somebody else's data
//! and carries none of them.

use cardium_authorizations::{Finality, PartialApproval};
use cardium_iso8583::Message;

/// The CVV2.
pub(crate) const CVV2: &str = "92";
/// The terminal's extended conditions.
pub(crate) const CONDITIONS: &str = "61";
/// Which of how many clearings.
pub(crate) const SEQUENCE: &str = "98";

/// The value of the message's first sub-element with this tag.
pub(crate) fn find<'a>(message: &'a Message, tag: &str) -> Option<&'a str> {
    message.get(48).and_then(|private| sub_element(private, tag))
}

/// The value of the first sub-element with this tag.
pub(crate) fn sub_element<'a>(private: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest =
        private.strip_prefix(|first: char| first.is_ascii_alphabetic()).unwrap_or(private);
    loop {
        let (tag, after) = rest.split_at_checked(2)?;
        let (length, after) = after.split_at_checked(2)?;
        let is_digits = length.bytes().all(|byte| byte.is_ascii_digit());
        let length = is_digits.then(|| length.parse().ok())??;
        let (value, after) = after.split_at_checked(length)?;
        if tag == wanted {
            return Some(value);
        }
        rest = after;
    }
}

/// A sub-element as it is written.
pub(crate) fn written(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// Whether the terminal takes less than it asks for.
pub(crate) fn partial_approval(message: &Message) -> PartialApproval {
    match find(message, CONDITIONS).and_then(|value| value.chars().next()) {
        Some('1') => PartialApproval::Accepted,
        _ => PartialApproval::Refused,
    }
}

/// The sequence of clearings is not two numbers of which the first is within the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadSequence;

/// Whether more clearings follow. A clearing that does not say so is the only one.
pub(crate) fn finality(message: &Message) -> Result<Finality, BadSequence> {
    let Some(sequence) = find(message, SEQUENCE) else { return Ok(Finality::Last) };
    let digits = sequence.len() == 4 && sequence.bytes().all(|byte| byte.is_ascii_digit());
    let (number, count) = sequence.split_at_checked(2).filter(|_| digits).ok_or(BadSequence)?;
    // Two digits each: they compare as text.
    match number.cmp(count) {
        _ if number == "00" => Err(BadSequence),
        std::cmp::Ordering::Less => Ok(Finality::MoreToCome),
        std::cmp::Ordering::Equal => Ok(Finality::Last),
        std::cmp::Ordering::Greater => Err(BadSequence),
    }
}
