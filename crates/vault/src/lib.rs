//! Secrets: the PAN and its fingerprint, card verification values, sealed records, and the keys
//! and forms of access tokens.
//!
//! Invariants:
//! - a secret's `Debug` is masked, it has no `Display`, and its memory is wiped on drop;
//! - every comparison of secret bytes takes constant time;
//! - every failure to open a sealed value is the same [`OpenError`];
//! - a sealed value opens only for the account, record and field it was sealed for.
//!
//! Deliberately absent: I/O, the clock and the random generator (random bytes are arguments),
//! serialization (wire and storage types live at their edges, but for the JSON inside a token and
//! of its keys, which is what is signed), and protection against a record's
//! own older ciphertext being put back: the row version in the store answers for that.

mod aad;
mod aead;
mod cvv;
mod envelope;
mod expiry;
pub mod jwt;
mod keyring;
mod keys;
mod luhn;
mod mac;
mod pan;
mod sealed;
mod secret;

pub use aad::Aad;
pub use aead::{NONCE_BYTES, TAG_BYTES};
pub use cvv::{Cvk, Cvv, ServiceCode, ServiceCodeError, cvv1, cvv2, icvv};
pub use envelope::{MAX_PLAINTEXT_BYTES, OpenError, SealError, SealRandom, open, rewrap, seal};
pub use expiry::{Expiry, ExpiryError};
pub use keyring::{Kek, KeyRing, KeyRingError, MAX_KEKS};
pub use keys::{Keys, KeysError, RawKeys};
pub use mac::{FingerprintKey, HashKey, PanFingerprint, key_check_value, keyed_hash};
pub use pan::{Pan, PanError};
pub use sealed::{Sealed, WRAPPED_DEK_BYTES};
pub use secret::{SecretBytes, SecretLengthError, SecretText};
