//! Keys from environment variables, in hexadecimal digits.

use cardium_vault::RawKeys;
use zeroize::Zeroizing;

use super::{KeyError, complete};

pub(super) const NAMES: [&str; 5] = [
    "CARDIUM_KEY_KEK",
    "CARDIUM_KEY_FINGERPRINT",
    "CARDIUM_KEY_CVK",
    "CARDIUM_KEY_HASH",
    "CARDIUM_KEY_AUDIT",
];

/// The keys in the environment; none if no variable is set.
pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Option<RawKeys>, KeyError> {
    let found = NAMES.map(|name| variable(name).map(Zeroizing::new));
    complete(NAMES, found)
}
