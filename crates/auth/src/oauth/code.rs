//! Codes (RFC 6749 section 4.1.2, RFC 7636).
//!
//! Invariants: a code is good once and for a minute, for the client that asked, at the address it
//! asked for, against the proof it promised. A code that comes back with its proof says that two
//! hold both, and what was given goes.

use std::time::Duration;

use cardium_kernel::{GrantId, Timestamp};

use super::{
    error::{OAuthError, invalid_grant, invalid_target},
    pkce::CodeChallenge,
    resource::Resource,
};

/// How long a code is good for.
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// The stored facts of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// The code's keyed hash.
    pub hash: [u8; 32],
    /// The grant that it hands out.
    pub grant: GrantId,
    /// Whom it was made for.
    pub client: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What its holder has to prove.
    pub challenge: CodeChallenge,
    /// What its tokens are for.
    pub resource: Resource,
    /// What was given, in the client's words.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was exchanged, if it was.
    pub used_at: Option<Timestamp>,
}

/// What comes with a code.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    /// Who brings it, proven as far as it can be.
    pub client: &'a str,
    /// Where it says that the code was sent.
    pub redirect_uri: Option<&'a str>,
    /// The proof.
    pub verifier: &'a str,
    /// What the tokens shall be for, where it says.
    pub resource: Option<Resource>,
}

/// Why a code is not exchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It was before, by somebody with its proof: whoever holds tokens of it loses them.
    #[error("the code was used before")]
    Replayed,
    /// It is not good, or not like this.
    #[error(transparent)]
    Refused(#[from] OAuthError),
}

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode(CodeRecord);

impl std::ops::Deref for AuthorizationCode {
    type Target = CodeRecord;

    fn deref(&self) -> &CodeRecord {
        &self.0
    }
}

impl AuthorizationCode {
    /// A new code, or one read back from storage.
    #[must_use]
    pub const fn restore(record: CodeRecord) -> Self {
        Self(record)
    }

    /// Uses the code up. A wrong proof leaves it: whoever has only seen the code could else keep
    /// its owner from using it.
    ///
    /// # Errors
    /// As said in [`CodeError`].
    pub fn redeem(&mut self, with: Redemption<'_>, now: Timestamp) -> Result<(), CodeError> {
        if self.client != with.client {
            // Another client's knowledge of a code says nothing about the right one.
            return Err(invalid_grant("The code is not this client's.").into());
        }
        if with.redirect_uri.is_some_and(|uri| uri != self.redirect_uri) {
            return Err(invalid_grant("redirect_uri is not the one that was asked for.").into());
        }
        if with.resource.is_some_and(|resource| resource != self.resource) {
            return Err(invalid_target("resource is not the one that was asked for.").into());
        }
        self.challenge.verify(with.verifier)?;
        // Not before: a code is seen by browsers and logs, and whoever has only seen it could else
        // end what its owner agreed to.
        if self.used_at.is_some() {
            return Err(CodeError::Replayed);
        }
        if now.since(self.created_at) >= CODE_LIFETIME {
            return Err(invalid_grant("The code has expired.").into());
        }
        self.0.used_at = Some(now);
        Ok(())
    }
}
