//! One effect per idempotency key: the record commits with the effect and replays its answer.

mod parts;

use std::{sync::Arc, time::Duration};

use cardium_kernel::{AccountId, ErrorCode, Problem, StoreError, Timestamp};
use cardium_vault::{Aad, Keys, SealRandom, Sealed, open, seal};

use crate::{Answer, CommandError};

pub use parts::{Digest, RequestParts};

/// How long a key is remembered.
pub const RETENTION: Duration = Duration::from_secs(24 * 3_600);

/// How an answer that carries a secret is kept: sealed.
#[derive(Clone)]
pub struct AnswerSeal {
    /// The keys of the vault.
    pub keys: Arc<Keys>,
    /// Fresh random bytes.
    pub random: [u8; SealRandom::BYTES],
}

/// A client's wish that this command take effect once.
#[derive(Clone)]
pub struct IdempotencyRequest {
    /// The record's identity (see [`crate::hints::idempotency_id`]).
    pub id: u128,
    /// Whose key it is, where an account is signed in.
    pub account: Option<AccountId>,
    /// Keyed digest of the canonical request.
    pub fingerprint: [u8; 32],
    /// What the request was made of.
    pub parts: RequestParts,
    /// Set where the answer carries a secret.
    pub seal: Option<AnswerSeal>,
}

/// A spent key with the answer it replays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The record's identity.
    pub id: u128,
    /// Keyed digest of the request that spent it.
    pub fingerprint: [u8; 32],
    /// What it was made of ([`RequestParts::to_bytes`]); nothing on older records.
    pub parts: Vec<u8>,
    /// The answer's status.
    pub status: u16,
    /// The answer's bytes, sealed where they carry a secret.
    pub body: Vec<u8>,
    /// Whether the body is sealed.
    pub sealed: bool,
    /// When the key was spent.
    pub created_at: Timestamp,
}

/// Where spent keys are kept.
pub trait IdempotencyStore {
    /// The record with this identity.
    ///
    /// # Errors
    /// When the row was not announced.
    fn find_idempotency(&mut self, id: u128) -> Result<Option<IdempotencyRecord>, StoreError>;

    /// Spends a key, replacing a record that has expired.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when it is spent already.
    fn save_idempotency(&mut self, record: IdempotencyRecord) -> Result<(), StoreError>;
}

impl IdempotencyRequest {
    fn aad(&self) -> Aad {
        let account = self.account.map_or(0, AccountId::value).to_be_bytes();
        Aad::new(account, &self.id.to_be_bytes(), "idempotency.body")
    }

    /// The answer of a record, if it was made by the same request.
    ///
    /// # Errors
    /// `conflict_idempotency_key` when another request spent the key.
    pub fn replay(&self, record: IdempotencyRecord) -> Result<Answer, CommandError> {
        if record.fingerprint != self.fingerprint {
            let difference = self.parts.difference(&record.parts);
            let message = format!("The Idempotency-Key was used with {difference}.");
            let code = ErrorCode::ConflictIdempotencyKey;
            return Err(Problem::field(code, "Idempotency-Key", message).into());
        }
        let body = if record.sealed { self.open(&record.body)? } else { record.body };
        Ok(Answer { status: record.status, body, replayed: true })
    }

    /// The record that spends the key with this answer.
    ///
    /// # Errors
    /// When the answer cannot be sealed.
    pub fn record(
        &self,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<IdempotencyRecord, CommandError> {
        let body = match &self.seal {
            None => answer.body.clone(),
            Some(with) => {
                let random = SealRandom::from_bytes(&with.random);
                seal(&answer.body, &self.aad(), with.keys.ring().active(), random)
                    .map_err(|error| CommandError::Internal(error.to_string()))?
                    .to_bytes()
            }
        };
        Ok(IdempotencyRecord {
            id: self.id,
            fingerprint: self.fingerprint,
            parts: self.parts.to_bytes(),
            status: answer.status,
            body,
            sealed: self.seal.is_some(),
            created_at: now,
        })
    }

    fn open(&self, body: &[u8]) -> Result<Vec<u8>, CommandError> {
        let unreadable = || CommandError::Internal("a sealed answer does not open".to_owned());
        let keys = &self.seal.as_ref().ok_or_else(unreadable)?.keys;
        let sealed = Sealed::from_bytes(body).map_err(|_| unreadable())?;
        let body = open(&sealed, &self.aad(), keys.ring()).map_err(|_| unreadable())?;
        Ok(body.to_vec())
    }
}
