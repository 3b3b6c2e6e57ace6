//! Envelope encryption: a data key (DEK) of its own for every value, wrapped by a KEK.
//!
//! Both layers are AES-256-GCM. Both are bound to the value's place, and the wrapping also to
//! the KEK's version, so rotation replaces the wrapped key and leaves the payload as it is.

use std::fmt;

use zeroize::Zeroizing;

use crate::aad::Aad;
use crate::aead::{self, NONCE_BYTES};
use crate::keyring::{Kek, KeyRing};
use crate::sealed::{Sealed, WRAPPED_DEK_BYTES};
use crate::secret::{MASK, SecretBytes};

/// Longest value that can be sealed. Values here are card numbers, seeds and answers of the API,
/// which are kept to a fraction of this; anything larger belongs elsewhere.
pub const MAX_PLAINTEXT_BYTES: usize = 1 << 20;

/// A value cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than [`MAX_PLAINTEXT_BYTES`].
    #[error("a sealed value has at most {MAX_PLAINTEXT_BYTES} bytes")]
    TooLong,
    /// The cipher refused, for want of memory.
    #[error("the cipher failed")]
    Cipher,
}

/// A sealed value does not open: damaged, moved to another place, or its KEK is not at hand.
///
/// One error for all, so that a caller cannot be used to find out which. To tell a ring that
/// lacks the KEK, compare [`Sealed::kek_version`] with [`KeyRing::find_kek`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened")]
pub struct OpenError;

/// The random bytes one [`seal`] uses up, masked in `Debug`.
pub struct SealRandom {
    dek: SecretBytes<32>,
    nonce: [u8; NONCE_BYTES],
    wrap_nonce: [u8; NONCE_BYTES],
}

impl SealRandom {
    /// How many random bytes a seal takes.
    pub const BYTES: usize = 32 + 2 * NONCE_BYTES;

    /// Splits `random` into a data key and the two nonces.
    ///
    /// The bytes must come fresh from a cryptographic generator and serve one seal only: a nonce
    /// used twice under one KEK gives that KEK's authentication away.
    #[must_use]
    pub fn from_bytes(random: &[u8; Self::BYTES]) -> Self {
        let mut dek = Zeroizing::new([0; 32]);
        let (mut nonce, mut wrap_nonce) = ([0; NONCE_BYTES], [0; NONCE_BYTES]);
        dek.copy_from_slice(&random[..32]);
        nonce.copy_from_slice(&random[32..32 + NONCE_BYTES]);
        wrap_nonce.copy_from_slice(&random[32 + NONCE_BYTES..]);
        Self { dek: SecretBytes::new(*dek), nonce, wrap_nonce }
    }
}

impl fmt::Debug for SealRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealRandom({MASK})")
    }
}

/// Encrypts `plaintext` under the data key in `random`, and that key under `kek`, for the place
/// `aad`.
///
/// # Errors
/// [`SealError::TooLong`] above [`MAX_PLAINTEXT_BYTES`], [`SealError::Cipher`] if the cipher
/// fails.
pub fn seal(
    plaintext: &[u8],
    aad: &Aad,
    kek: &Kek,
    random: SealRandom,
) -> Result<Sealed, SealError> {
    if plaintext.len() > MAX_PLAINTEXT_BYTES {
        return Err(SealError::TooLong);
    }
    let SealRandom { dek, nonce, wrap_nonce } = random;
    let ciphertext = aead::encrypt(dek.expose(), nonce, &aad.payload(), plaintext)
        .map_err(|_| SealError::Cipher)?;
    let wrapped_dek = wrap(&dek, aad, kek, wrap_nonce)?;
    Ok(Sealed::new(kek.version(), wrapped_dek, nonce, ciphertext))
}

/// Decrypts `sealed`, if it was sealed for the place `aad` under a KEK in `ring`.
///
/// # Errors
/// [`OpenError`], the same for every cause.
pub fn open(sealed: &Sealed, aad: &Aad, ring: &KeyRing) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let dek = unwrap_dek(sealed, aad, ring)?;
    aead::decrypt(dek.expose(), *sealed.nonce(), &aad.payload(), sealed.ciphertext())
        .map_err(|_| OpenError)
}

/// Wraps the data key of `sealed` anew under `new`; the payload stays as it is.
///
/// `old` must hold the KEK that wraps it now; `wrap_nonce` is 12 fresh random bytes. Checks the
/// wrapped key but does not decrypt the payload.
///
/// # Errors
/// [`OpenError`], the same for every cause.
pub fn rewrap(
    sealed: &Sealed,
    aad: &Aad,
    old: &KeyRing,
    new: &Kek,
    wrap_nonce: [u8; NONCE_BYTES],
) -> Result<Sealed, OpenError> {
    let dek = unwrap_dek(sealed, aad, old)?;
    let wrapped_dek = wrap(&dek, aad, new, wrap_nonce).map_err(|_| OpenError)?;
    let ciphertext = sealed.ciphertext().to_vec();
    Ok(Sealed::new(new.version(), wrapped_dek, *sealed.nonce(), ciphertext))
}

fn wrap(
    dek: &SecretBytes<32>,
    aad: &Aad,
    kek: &Kek,
    nonce: [u8; NONCE_BYTES],
) -> Result<[u8; WRAPPED_DEK_BYTES], SealError> {
    let ciphertext = aead::encrypt(kek.expose(), nonce, &aad.wrap(kek.version()), dek.expose())
        .map_err(|_| SealError::Cipher)?;
    let wrapped = [nonce.as_slice(), &ciphertext].concat();
    wrapped.try_into().map_err(|_| SealError::Cipher)
}

fn unwrap_dek(sealed: &Sealed, aad: &Aad, ring: &KeyRing) -> Result<SecretBytes<32>, OpenError> {
    let kek = ring.find_kek(sealed.kek_version()).ok_or(OpenError)?;
    let (nonce, ciphertext) = sealed.wrapped_dek().split_first_chunk().ok_or(OpenError)?;
    let dek = aead::decrypt(kek.expose(), *nonce, &aad.wrap(kek.version()), ciphertext)
        .map_err(|_| OpenError)?;
    SecretBytes::try_from_slice(&dek).map_err(|_| OpenError)
}
