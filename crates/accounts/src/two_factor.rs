use std::fmt;

use crate::AccountError;

/// The most recovery codes an authenticator has: one bit each says which are used.
pub const RECOVERY_CODES: usize = 10;

/// The sealed secret of an authenticator; opened only to compare a code.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// Takes sealed bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The sealed bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret({} bytes)", self.0.len())
    }
}

/// Recovery codes as keyed hashes. Used ones are kept, so that the retry of a request can be told
/// from a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCodes {
    hashes: Vec<[u8; 32]>,
    used: i64,
}

impl RecoveryCodes {
    /// Fresh codes; those beyond [`RECOVERY_CODES`] are left out.
    #[must_use]
    pub fn new(hashes: Vec<[u8; 32]>) -> Self {
        Self::restore(hashes, 0)
    }

    /// Codes read back from storage.
    #[must_use]
    pub fn restore(mut hashes: Vec<[u8; 32]>, used: i64) -> Self {
        hashes.truncate(RECOVERY_CODES);
        Self { hashes, used }
    }

    /// The hashes, used ones included.
    #[must_use]
    pub fn hashes(&self) -> &[[u8; 32]] {
        &self.hashes
    }

    /// A bit for each used code, the first code's lowest.
    #[must_use]
    pub const fn used(&self) -> i64 {
        self.used
    }

    fn bit(&self, hash: &[u8; 32]) -> Option<i64> {
        let place = self.hashes.iter().position(|known| known == hash)?;
        Some(1 << place)
    }

    /// Whether it is one of the codes, used or not.
    #[must_use]
    pub fn knows(&self, hash: &[u8; 32]) -> bool {
        self.bit(hash).is_some()
    }

    fn spend(&mut self, hash: &[u8; 32]) -> Result<(), AccountError> {
        let bit = self.bit(hash).filter(|bit| self.used & bit == 0);
        self.used |= bit.ok_or(AccountError::WrongCode)?;
        Ok(())
    }
}

/// A confirmed authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Its secret.
    pub secret: SealedSecret,
    /// The time step of the last code that was used: only later ones pass (RFC 6238, section 5.2).
    pub last_step: i64,
    /// What its owner has when it is lost.
    pub recovery: RecoveryCodes,
}

/// Whether signing in takes a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwoFactor {
    /// It does not.
    Off,
    /// It does not yet: the owner has not shown that their authenticator works.
    Pending(SealedSecret),
    /// It does.
    On(Authenticator),
}

/// A code that was found right at the edge, to be spent in the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeProof {
    /// The code of this time step, under this secret.
    Step {
        /// The secret it was compared under; it must still be the account's.
        secret: SealedSecret,
        /// The time step.
        step: i64,
    },
    /// A recovery code, by its keyed hash.
    Recovery([u8; 32]),
}

impl Authenticator {
    /// Uses a code up.
    ///
    /// # Errors
    /// [`AccountError::WrongCode`] where it was used before, or is another authenticator's.
    pub(crate) fn spend(&mut self, proof: &CodeProof) -> Result<(), AccountError> {
        match proof {
            CodeProof::Step { secret, step } => {
                if *secret != self.secret || *step <= self.last_step {
                    return Err(AccountError::WrongCode);
                }
                self.last_step = *step;
                Ok(())
            }
            CodeProof::Recovery(hash) => self.recovery.spend(hash),
        }
    }
}
