//! All keys a process holds, and the values that tell whether they are the right ones.
//!
//! Invariant: each key serves one purpose, so no two are equal.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::cvv::Cvk;
use crate::keyring::{Kek, KeyRing, KeyRingError};
use crate::mac::{FingerprintKey, HashKey, check_value};
use crate::secret::MASK;

/// Why raw keys do not make [`Keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The key-encryption keys do not make a ring.
    #[error("the key-encryption keys do not make a ring")]
    Ring(#[from] KeyRingError),
    /// Two of the 32-byte keys are equal.
    #[error("one key is given for two purposes")]
    Reused,
}

/// Key bytes as they come out of files or the environment; masked in `Debug`, wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RawKeys {
    /// Key-encryption keys with their versions.
    pub keks: Vec<(i32, [u8; 32])>,
    /// Version of the key-encryption key to seal with.
    pub active_kek: i32,
    /// Key of PAN fingerprints.
    pub fingerprint: [u8; 32],
    /// Card verification key pair, A before B.
    pub cvk: [u8; 16],
    /// Key of the hashes of API keys, sessions and request bodies.
    pub hash: [u8; 32],
    /// Key of the audit chain.
    pub audit: [u8; 32],
}

impl std::fmt::Debug for RawKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawKeys({MASK})")
    }
}

/// The keys of one deployment, each for its own purpose.
#[derive(Debug, Clone)]
pub struct Keys {
    ring: KeyRing,
    fingerprint: FingerprintKey,
    cvk: Cvk,
    hash: HashKey,
    audit: HashKey,
}

impl Keys {
    /// Typed keys from `raw`.
    ///
    /// # Errors
    /// [`KeysError::Ring`] when the key-encryption keys do not make a ring, [`KeysError::Reused`]
    /// when two of the 32-byte keys are equal.
    pub fn try_new(raw: &RawKeys) -> Result<Self, KeysError> {
        let keks = raw.keks.iter().map(|(version, bytes)| Kek::new(*version, *bytes));
        let keys = Self {
            ring: KeyRing::try_new(raw.active_kek, keks)?,
            fingerprint: FingerprintKey::new(raw.fingerprint),
            cvk: Cvk::new(raw.cvk),
            hash: HashKey::new(raw.hash),
            audit: HashKey::new(raw.audit),
        };
        if keys.has_reuse() {
            return Err(KeysError::Reused);
        }
        Ok(keys)
    }

    /// The key-encryption keys.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The key of PAN fingerprints.
    #[must_use]
    pub fn fingerprint(&self) -> &FingerprintKey {
        &self.fingerprint
    }

    /// The card verification key pair.
    #[must_use]
    pub fn cvk(&self) -> &Cvk {
        &self.cvk
    }

    /// The key of the hashes of API keys, sessions and request bodies.
    #[must_use]
    pub fn hash(&self) -> &HashKey {
        &self.hash
    }

    /// The key of the audit chain.
    #[must_use]
    pub fn audit(&self) -> &HashKey {
        &self.audit
    }

    /// The name and check value of every key: `kek/<version>`, `fingerprint`, `cvk`, `hash` and
    /// `audit`. See [`crate::key_check_value`] for what a check value says; the key pair's is
    /// made the same way over its 16 bytes.
    #[must_use]
    pub fn check_values(&self) -> Vec<(String, [u8; 4])> {
        let keks = self.ring.keks();
        let mut values: Vec<_> =
            keks.map(|kek| (format!("kek/{}", kek.version()), check_value(kek.expose()))).collect();
        values.extend([
            ("fingerprint".to_owned(), check_value(self.fingerprint.expose())),
            ("cvk".to_owned(), check_value(self.cvk.expose())),
            ("hash".to_owned(), check_value(self.hash.expose())),
            ("audit".to_owned(), check_value(self.audit.expose())),
        ]);
        values
    }

    fn has_reuse(&self) -> bool {
        let others = [self.fingerprint.expose(), self.hash.expose(), self.audit.expose()];
        let all: Vec<_> = self.ring.keks().map(Kek::expose).chain(others).collect();
        (1..all.len()).any(|index| {
            let (before, rest) = all.split_at(index);
            before.iter().any(|other| other.ct_eq(rest[0]).into())
        })
    }
}
