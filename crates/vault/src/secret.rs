//! Wrappers that mask a secret in `Debug` and wipe it on drop.
//!
//! Invariant: nothing but `expose` hands the content out. Deliberately absent: `Display`,
//! `Deref`, `AsRef` and early-exit equality.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What `Debug` prints in place of a secret.
pub(crate) const MASK: &str = "***";

/// A byte string has the wrong length to be a secret of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} secret bytes, got {actual}")]
pub struct SecretLengthError {
    /// Length the secret has, in bytes.
    pub expected: usize,
    /// Length that was given, in bytes.
    pub actual: usize,
}

/// `N` secret bytes, such as a key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes<const N: usize>([u8; N]);

impl<const N: usize> SecretBytes<N> {
    /// Takes over `bytes`. An array is copied on the way in: wiping the caller's is its own duty.
    #[must_use]
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Copies `bytes`, which are the contents of a key file or variable.
    ///
    /// # Errors
    /// [`SecretLengthError`] unless there are exactly `N` bytes.
    pub fn try_from_slice(bytes: &[u8]) -> Result<Self, SecretLengthError> {
        let mut secret = Self([0; N]);
        if bytes.len() != N {
            return Err(SecretLengthError { expected: N, actual: bytes.len() });
        }
        secret.0.copy_from_slice(bytes);
        Ok(secret)
    }

    /// The bytes in the clear.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

/// Equality in constant time.
impl<const N: usize> PartialEq for SecretBytes<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<const N: usize> Eq for SecretBytes<N> {}

impl<const N: usize> fmt::Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Secret text, such as an API key or a webhook signing secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

impl SecretText {
    /// Takes over `text` without copying it.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text in the clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Equality in time that depends on the lengths only.
impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretText {}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
