//! A sealed value at rest, as columns or as one blob.
//!
//! Blob layout, format 1: the byte 1, the KEK version (four bytes, big-endian), the nonce (12),
//! the wrapped data key (60), then the ciphertext with its tag to the end.

use std::fmt;

use crate::aead::{NONCE_BYTES, TAG_BYTES};
use crate::envelope::{MAX_PLAINTEXT_BYTES, OpenError};

/// Length of a wrapped data key in bytes: its nonce, 32 encrypted bytes, its tag.
pub const WRAPPED_DEK_BYTES: usize = NONCE_BYTES + 32 + TAG_BYTES;

/// First byte of a blob. Another key length or a key service's own wrapping gets another number.
const FORMAT: u8 = 1;

/// A value encrypted under its own data key, with that key wrapped by a KEK. Not secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    kek_version: i32,
    wrapped_dek: [u8; WRAPPED_DEK_BYTES],
    nonce: [u8; NONCE_BYTES],
    ciphertext: Vec<u8>,
}

impl Sealed {
    pub(crate) fn new(
        kek_version: i32,
        wrapped_dek: [u8; WRAPPED_DEK_BYTES],
        nonce: [u8; NONCE_BYTES],
        ciphertext: Vec<u8>,
    ) -> Self {
        Self { kek_version, wrapped_dek, nonce, ciphertext }
    }

    /// A sealed value read back from its four columns.
    ///
    /// # Errors
    /// [`OpenError`] for a length that no sealed value has.
    pub fn try_from_parts(
        kek_version: i32,
        wrapped_dek: &[u8],
        nonce: &[u8],
        ciphertext: Vec<u8>,
    ) -> Result<Self, OpenError> {
        let wrapped_dek = wrapped_dek.try_into().map_err(|_| OpenError)?;
        let nonce = nonce.try_into().map_err(|_| OpenError)?;
        if !(TAG_BYTES..=MAX_PLAINTEXT_BYTES + TAG_BYTES).contains(&ciphertext.len()) {
            return Err(OpenError);
        }
        Ok(Self::new(kek_version, wrapped_dek, nonce, ciphertext))
    }

    /// Reads the blob that [`Sealed::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`OpenError`] for an unknown format or a length that no blob has.
    pub fn from_bytes(blob: &[u8]) -> Result<Self, OpenError> {
        let (format, rest) = blob.split_first().ok_or(OpenError)?;
        let (kek_version, rest) = rest.split_first_chunk().ok_or(OpenError)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError)?;
        let (wrapped_dek, rest) = rest.split_first_chunk::<WRAPPED_DEK_BYTES>().ok_or(OpenError)?;
        if *format != FORMAT {
            return Err(OpenError);
        }
        let kek_version = i32::from_be_bytes(*kek_version);
        Self::try_from_parts(kek_version, wrapped_dek, nonce, rest.to_vec())
    }

    /// All parts in one blob; see the module for its layout.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let version = self.kek_version.to_be_bytes();
        [&[FORMAT][..], &version, &self.nonce, &self.wrapped_dek, &self.ciphertext].concat()
    }

    /// Version of the KEK that wraps the data key.
    #[must_use]
    pub fn kek_version(&self) -> i32 {
        self.kek_version
    }

    /// The wrapped data key: nonce, ciphertext, tag.
    #[must_use]
    pub fn wrapped_dek(&self) -> &[u8; WRAPPED_DEK_BYTES] {
        &self.wrapped_dek
    }

    /// The payload's nonce.
    #[must_use]
    pub fn nonce(&self) -> &[u8; NONCE_BYTES] {
        &self.nonce
    }

    /// The encrypted payload and its tag.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}

/// Leaves the bytes out: a log is no place for ciphertext.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("kek_version", &self.kek_version)
            .field("ciphertext_bytes", &self.ciphertext.len())
            .finish_non_exhaustive()
    }
}
