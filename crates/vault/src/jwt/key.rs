//! The private key that access tokens are signed with.

use std::fmt;

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use zeroize::Zeroizing;

use super::PublicJwk;
use crate::{
    aad::Aad,
    envelope::{OpenError, SealError, SealRandom, open, seal},
    keyring::KeyRing,
    mac::{HashKey, keyed_hash},
    sealed::Sealed,
    secret::{MASK, SecretBytes},
};

/// What separates the numbers drawn here from everything else that is hashed.
const LABEL: &str = "cardium/jwt/p256/v1";
/// What is sealed.
const FIELD: &str = "oauth_signing_key";
/// How many numbers are drawn before giving up. One in 2^32 is none of the curve's, so a second
/// is hardly ever looked at.
const DRAWS: u8 = 8;

/// The bytes are no key of P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 key")]
pub struct SigningKeyError;

/// A P-256 key to sign tokens with (ES256), masked in `Debug`, wiped on drop.
pub struct SigningKey {
    scalar: SecretBytes<32>,
    pair: EcdsaKeyPair,
    public: PublicJwk,
}

impl SigningKey {
    /// How many random bytes a key is made from.
    pub const RANDOM_BYTES: usize = 32;

    /// A new key from random bytes, fresh from a cryptographic generator: they are hashed, and
    /// the first hash that is a number of the curve is the key (FIPS 186-5, A.2.2).
    ///
    /// # Errors
    /// [`SigningKeyError`] when none is found, which does not happen.
    pub fn generate(random: &[u8; Self::RANDOM_BYTES]) -> Result<Self, SigningKeyError> {
        let key = HashKey::new(*random);
        let draw = |number: u8| Zeroizing::new(keyed_hash(&key, LABEL, &[number]));
        (0..DRAWS)
            .find_map(|number| Self::try_from_scalar(&draw(number)).ok())
            .ok_or(SigningKeyError)
    }

    fn try_from_scalar(scalar: &[u8; 32]) -> Result<Self, SigningKeyError> {
        let private =
            PrivateKey::from_private_key(&ECDH_P256, scalar).map_err(|_| SigningKeyError)?;
        let point = private.compute_public_key().map_err(|_| SigningKeyError)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point.as_ref())
            .map_err(|_| SigningKeyError)?;
        let public = PublicJwk::try_from_point(pair.public_key().as_ref())?;
        Ok(Self { scalar: SecretBytes::new(*scalar), pair, public })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// The key's id, that of its public half.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The ECDSA signature of a message with SHA-256: r and s, 32 bytes each (RFC 7518, 3.4).
    ///
    /// # Errors
    /// [`SigningKeyError`] when the library is out of memory or of random bytes.
    pub fn sign_message(&self, message: &[u8]) -> Result<[u8; 64], SigningKeyError> {
        let signature = self.pair.sign(&SystemRandom::new(), message);
        signature.map_err(|_| SigningKeyError)?.as_ref().try_into().map_err(|_| SigningKeyError)
    }

    /// The key encrypted for storage, bound to its own id.
    ///
    /// # Errors
    /// [`SealError::Cipher`] when the cipher fails.
    pub fn seal(&self, ring: &KeyRing, random: SealRandom) -> Result<Sealed, SealError> {
        seal(self.scalar.expose(), &place(self.kid()), ring.active(), random)
    }

    /// The key with this id, out of storage.
    ///
    /// # Errors
    /// [`OpenError`] when it does not open, or is another key.
    pub fn open(sealed: &Sealed, kid: &str, ring: &KeyRing) -> Result<Self, OpenError> {
        let scalar = open(sealed, &place(kid), ring)?;
        let scalar = SecretBytes::<32>::try_from_slice(&scalar).map_err(|_| OpenError)?;
        let key = Self::try_from_scalar(scalar.expose()).map_err(|_| OpenError)?;
        if key.kid() == kid { Ok(key) } else { Err(OpenError) }
    }
}

/// A record of the whole programme, so of no account.
fn place(kid: &str) -> Aad {
    Aad::new([0; 16], kid.as_bytes(), FIELD)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({MASK}, {})", self.kid())
    }
}
