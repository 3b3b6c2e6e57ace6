//! Card verification values: derived on every use, never stored.
//!
//! The algorithm is the Visa CVV (also Mastercard's CVC): PAN, expiry and service code as packed
//! decimal digits, padded with zeros to two DES blocks; the first block encrypted with the left
//! key, the second added and encrypted with the key pair (two-key triple DES); of the result's
//! hexadecimal digits, the decimal ones from left to right, then the letters less ten; the first
//! three are the value.

use std::fmt;

use des::cipher::{Block, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::expiry::Expiry;
use crate::pan::Pan;
use crate::secret::{MASK, SecretBytes, SecretText};

/// Service code that stands for the printed CVV2.
const CVV2_SERVICE_CODE: ServiceCode = ServiceCode(*b"000");
/// Service code that stands for the chip's iCVV.
const ICVV_SERVICE_CODE: ServiceCode = ServiceCode(*b"999");
/// Length of a card verification value, in digits.
const CVV_DIGITS: usize = 3;

/// The card verification key pair: CVK A in the first eight bytes, CVK B in the last eight.
///
/// Parity bits are not looked at.
#[derive(Debug, Clone)]
pub struct Cvk(SecretBytes<16>);

impl Cvk {
    /// The pair in `bytes`, A before B.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(SecretBytes::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 16] {
        self.0.expose()
    }

    /// Encrypts `first` with key A, adds `second`, and encrypts the sum with the pair.
    fn mac(&self, [first, second]: &[[u8; 8]; 2]) -> Zeroizing<[u8; 8]> {
        let (left, _) = self.expose().split_at(8);
        let single = Des::new_from_slice(left).expect("half of 16 bytes is a DES key");
        let pair = TdesEde2::new_from_slice(self.expose()).expect("16 bytes are a key pair");
        let mut block = Zeroizing::new(Block::<Des>::from(*first));
        single.encrypt_block(&mut block);
        for (byte, added) in block.iter_mut().zip(second) {
            *byte ^= added;
        }
        pair.encrypt_block(&mut block);
        Zeroizing::new((*block).into())
    }
}

/// A service code does not have three ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a service code has three digits")]
pub struct ServiceCodeError;

/// The three-digit service code of the magnetic stripe (ISO/IEC 7813), such as 201.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceCode([u8; 3]);

impl ServiceCode {
    /// Reads three digits.
    ///
    /// # Errors
    /// [`ServiceCodeError`] unless `text` is three ASCII digits.
    pub fn parse(text: &str) -> Result<Self, ServiceCodeError> {
        let digits: [u8; 3] = text.as_bytes().try_into().map_err(|_| ServiceCodeError)?;
        let is_digits = digits.iter().all(u8::is_ascii_digit);
        is_digits.then_some(Self(digits)).ok_or(ServiceCodeError)
    }
}

/// A three-digit card verification value, masked in `Debug` and wiped on drop.
#[derive(Clone)]
pub struct Cvv(SecretText);

impl Cvv {
    /// Whether a cardholder's `candidate` is this value, in constant time for three bytes.
    ///
    /// A guess has one chance in a thousand: the caller counts the failures.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        self.reveal().as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// The digits in the clear.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Cvv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cvv({MASK})")
    }
}

/// The value printed on a card and shown to its holder: expiry as YYMM, service code 000.
#[must_use]
pub fn cvv2(pan: &Pan, expiry: Expiry, cvk: &Cvk) -> Cvv {
    derive(pan, expiry, CVV2_SERVICE_CODE, cvk)
}

/// The value in the chip's track equivalent data: service code 999.
#[must_use]
pub fn icvv(pan: &Pan, expiry: Expiry, cvk: &Cvk) -> Cvv {
    derive(pan, expiry, ICVV_SERVICE_CODE, cvk)
}

/// The value on the magnetic stripe, under the stripe's own service code.
#[must_use]
pub fn cvv1(pan: &Pan, expiry: Expiry, service_code: ServiceCode, cvk: &Cvk) -> Cvv {
    derive(pan, expiry, service_code, cvk)
}

fn derive(pan: &Pan, expiry: Expiry, service_code: ServiceCode, cvk: &Cvk) -> Cvv {
    // At most 19 + 4 + 3 of the 32 places are taken.
    let digits = pan.reveal().bytes().chain(expiry.yymm().into_bytes()).chain(service_code.0);
    let mut blocks = Zeroizing::new([[0_u8; 8]; 2]);
    for (place, digit) in digits.enumerate() {
        let shift = if place % 2 == 0 { 4 } else { 0 };
        blocks[place / 16][place / 2 % 8] |= (digit - b'0') << shift;
    }
    decimalize(&cvk.mac(&blocks))
}

/// The first three decimal digits of the hexadecimal form, topped up from the letters less ten.
fn decimalize(result: &[u8; 8]) -> Cvv {
    let nibbles = || result.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    let decimal = nibbles().filter(|nibble| *nibble < 10);
    let letters = nibbles().filter(|nibble| *nibble >= 10).map(|nibble| nibble - 10);
    let mut text = String::with_capacity(CVV_DIGITS);
    text.extend(decimal.chain(letters).take(CVV_DIGITS).map(|digit| char::from(b'0' + digit)));
    Cvv(SecretText::new(text))
}

#[cfg(test)]
mod tests {
    use super::decimalize;

    #[test]
    fn letters_top_up_missing_digits() {
        assert_eq!(decimalize(&[0xFA; 8]).reveal(), "505");
        assert_eq!(decimalize(&[0xAB, 0xCD, 0xEF, 0xAB, 0xCD, 0xEF, 0x7A, 0xB9]).reveal(), "790");
    }
}
