//! The message: a type and checked data elements.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::elements::parse_amount;
use crate::field::{Content, FieldError, FieldSpec, Length};
use crate::mti::Mti;

/// The data elements that an answer repeats from its request.
pub const ECHOED: [u8; 12] = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49];

const AMOUNT: FieldSpec = FieldSpec { content: Content::Numeric, length: Length::Fixed(12) };

/// Text is kept as ASCII bytes; which it is follows from the field table.
pub(crate) type FieldValue = Zeroizing<Box<[u8]>>;

/// An ISO 8583 message whose every value obeys the field table.
///
/// `Debug` is safe to log: the PAN is shown as first six and last four, other card data and
/// free-form fields as `***`. Values are overwritten in memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    mti: Mti,
    fields: BTreeMap<u8, FieldValue>,
}

impl Message {
    /// A message without fields.
    #[must_use]
    pub const fn new(mti: Mti) -> Self {
        Self { mti, fields: BTreeMap::new() }
    }

    /// The message type.
    #[must_use]
    pub const fn mti(&self) -> Mti {
        self.mti
    }

    /// The text of `de`; `None` if it is absent or binary.
    #[must_use]
    pub fn get(&self, de: u8) -> Option<&str> {
        if is_binary(de) {
            return None;
        }
        std::str::from_utf8(self.fields.get(&de)?).ok()
    }

    /// The bytes of `de`; `None` if it is absent or text.
    #[must_use]
    pub fn bytes(&self, de: u8) -> Option<&[u8]> {
        if !is_binary(de) {
            return None;
        }
        self.fields.get(&de).map(|value| value.as_ref())
    }

    /// The value of a twelve-digit amount field (DE 4, 5, 6, 82 to 85), in minor units; `None`
    /// if it is absent or no such field.
    #[must_use]
    pub fn amount(&self, de: u8) -> Option<u64> {
        FieldSpec::of(de).filter(|spec| *spec == AMOUNT)?;
        parse_amount(self.get(de)?).ok()
    }

    /// Whether `de` is present.
    #[must_use]
    pub fn contains(&self, de: u8) -> bool {
        self.fields.contains_key(&de)
    }

    /// The numbers of the fields present, ascending.
    pub fn fields(&self) -> impl Iterator<Item = u8> + '_ {
        self.fields.keys().copied()
    }

    /// Puts `text` into `de`, replacing what was there. Fixed fields take exactly their length:
    /// padding is the caller's.
    ///
    /// # Errors
    /// If `de` is not a text field, or the length or a character is not allowed there.
    pub fn set(&mut self, de: u8, text: &str) -> Result<(), FieldError> {
        let spec = FieldSpec::of(de).ok_or(FieldError::UnknownField { de })?;
        if spec.content == Content::Binary {
            return Err(FieldError::NotText { de });
        }
        spec.check(de, text.as_bytes())?;
        self.insert(de, Zeroizing::new(Box::from(text.as_bytes())));
        Ok(())
    }

    /// Puts `value` into the binary field `de`, replacing what was there.
    ///
    /// # Errors
    /// If `de` is not a binary field, or the length is not allowed there.
    pub fn set_bytes(&mut self, de: u8, value: &[u8]) -> Result<(), FieldError> {
        let spec = FieldSpec::of(de).ok_or(FieldError::UnknownField { de })?;
        if spec.content != Content::Binary {
            return Err(FieldError::NotBinary { de });
        }
        spec.check(de, value)?;
        self.insert(de, Zeroizing::new(Box::from(value)));
        Ok(())
    }

    /// Puts `minor_units` into a twelve-digit amount field, see [`Message::amount`].
    ///
    /// # Errors
    /// If `de` is not such a field, or the amount has more than twelve digits.
    pub fn set_amount(&mut self, de: u8, minor_units: u64) -> Result<(), FieldError> {
        if FieldSpec::of(de) != Some(AMOUNT) {
            return Err(FieldError::NotAmount { de });
        }
        self.set(de, &Zeroizing::new(format!("{minor_units:012}")))
    }

    /// [`Message::set`] for chains.
    ///
    /// # Errors
    /// As [`Message::set`].
    pub fn with(mut self, de: u8, text: &str) -> Result<Self, FieldError> {
        self.set(de, text)?;
        Ok(self)
    }

    /// [`Message::set_bytes`] for chains.
    ///
    /// # Errors
    /// As [`Message::set_bytes`].
    pub fn with_bytes(mut self, de: u8, value: &[u8]) -> Result<Self, FieldError> {
        self.set_bytes(de, value)?;
        Ok(self)
    }

    /// Takes `de` out; whether it was there.
    pub fn remove(&mut self, de: u8) -> bool {
        self.fields.remove(&de).is_some()
    }

    /// The caller has checked `value` against the field table.
    pub(crate) fn insert(&mut self, de: u8, value: FieldValue) {
        self.fields.insert(de, value);
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.fields.iter().map(|(de, value)| (*de, value.as_ref()))
    }
}

/// The answer to `request` with its [`ECHOED`] fields; the caller adds DE 39 and 38. `None` if
/// the request is itself an answer or a notification, which nobody answers.
#[must_use]
pub fn response_to(request: &Message) -> Option<Message> {
    let mut response = Message::new(request.mti.response()?);
    for de in ECHOED {
        if let Some(value) = request.fields.get(&de) {
            response.insert(de, value.clone());
        }
    }
    Some(response)
}

fn is_binary(de: u8) -> bool {
    FieldSpec::of(de).is_some_and(|spec| spec.content == Content::Binary)
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Message {} ", self.mti)?;
        formatter.debug_map().entries(self.fields().map(|de| (de, self.shown(de)))).finish()
    }
}

impl Message {
    /// Only fields whose standard meaning is harmless are shown; free-form and binary ones may
    /// hold card data, whatever the standard says. A broken sender may shift a PAN into a
    /// harmless field, so a run of digits that could be one is masked there too.
    fn shown(&self, de: u8) -> String {
        match (de, self.get(de)) {
            (2, Some(pan)) => mask_pan(pan),
            (3..=13 | 15..=33 | 37..=43 | 49..=51 | 66..=95 | 97..=101, Some(text)) => {
                mask_digit_runs(text)
            }
            _ => HIDDEN.to_owned(),
        }
    }
}

const HIDDEN: &str = "***";

/// PANs have at least 13 digits in practice; of a shorter one the mask would show nearly all.
const PAN_DIGITS_MIN: usize = 13;

fn mask_pan(pan: &str) -> String {
    match (pan.get(..6), pan.len().checked_sub(4).and_then(|at| pan.get(at..))) {
        (Some(first), Some(last)) if pan.len() >= PAN_DIGITS_MIN => {
            format!("{first}******{last}")
        }
        _ => HIDDEN.to_owned(),
    }
}

/// `text` with every run of digits masked that could be a PAN.
pub(crate) fn mask_digit_runs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, later) = rest.split_at(run);
        let next = later.find(|c: char| c.is_ascii_digit()).unwrap_or(later.len());
        let (others, later) = later.split_at(next);
        if run >= PAN_DIGITS_MIN {
            shown.push_str(&mask_pan(digits));
        } else {
            shown.push_str(digits);
        }
        shown.push_str(others);
        rest = later;
    }
    shown
}
