//! Key-encryption keys and the ring that holds their versions.
//!
//! Invariant: a ring's versions differ, and one of them is active. Rotation: add a version, make
//! it active, rewrap every record, then leave the old version out.

use std::collections::BTreeMap;

use crate::secret::SecretBytes;

/// Most versions in one ring. A rotation needs two; the rest is room for restored backups.
pub const MAX_KEKS: usize = 32;

/// A key-encryption key (KEK): wraps data keys, never data.
///
/// One version may wrap 2^32 data keys, the bound of NIST SP 800-38D (8.3) for random nonces.
#[derive(Debug, Clone)]
pub struct Kek {
    version: i32,
    key: SecretBytes<32>,
}

impl Kek {
    /// The KEK of `version` with these 32 random bytes. A version's bytes must never change.
    #[must_use]
    pub fn new(version: i32, bytes: [u8; 32]) -> Self {
        Self { version, key: SecretBytes::new(bytes) }
    }

    /// The version, which is stored beside every data key it wraps.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.key.expose()
    }
}

/// Why KEKs do not make a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// Two KEKs have this version.
    #[error("key-encryption key version {0} is given twice")]
    Duplicate(i32),
    /// No KEK has the version that is to be active.
    #[error("the active key-encryption key version {0} is not given")]
    ActiveMissing(i32),
    /// More than [`MAX_KEKS`] KEKs.
    #[error("a key ring holds at most {MAX_KEKS} versions")]
    TooMany,
}

/// The KEKs a process holds: it seals with the active one and opens with any.
#[derive(Debug, Clone)]
pub struct KeyRing {
    active: Kek,
    by_version: BTreeMap<i32, Kek>,
}

impl KeyRing {
    /// A ring of `keks`, of which the one of version `active` seals.
    ///
    /// # Errors
    /// [`KeyRingError`] when a version is given twice, `active` is not given, or there are more
    /// than [`MAX_KEKS`].
    pub fn try_new(active: i32, keks: impl IntoIterator<Item = Kek>) -> Result<Self, KeyRingError> {
        let mut by_version = BTreeMap::new();
        for kek in keks {
            let version = kek.version();
            if by_version.insert(version, kek).is_some() {
                return Err(KeyRingError::Duplicate(version));
            }
            if by_version.len() > MAX_KEKS {
                return Err(KeyRingError::TooMany);
            }
        }
        let active = by_version.get(&active).cloned().ok_or(KeyRingError::ActiveMissing(active))?;
        Ok(Self { active, by_version })
    }

    /// The KEK to seal with.
    #[must_use]
    pub fn active(&self) -> &Kek {
        &self.active
    }

    /// The KEK of `version`, if the ring holds it.
    #[must_use]
    pub fn find_kek(&self, version: i32) -> Option<&Kek> {
        self.by_version.get(&version)
    }

    /// All KEKs, by rising version.
    pub fn keks(&self) -> impl Iterator<Item = &Kek> {
        self.by_version.values()
    }
}
