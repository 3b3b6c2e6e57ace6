//! What forgers make of access tokens, case by case. Everything here must be refused by whoever
//! verifies tokens; beside each case stands which check refuses it, so that a test can see what a
//! verifier without that check lets through.
//!
//! All cases fit into a header's value and survive its trimming, so that doors can be tried too;
//! [`Forge::unsendable`] holds those that do not.

mod claims;
mod forms;
mod headers;
mod keys;
mod signatures;
mod tools;

use cardium_vault::jwt::{SigningKey, TokenClaims, sign};

pub use tools::{MANY, Payload, header_of, payload_of};

/// Which check refuses a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Check {
    /// Three parts, strictly base64url, not too long.
    Form,
    /// `alg` is ES256.
    Algorithm,
    /// `typ` is that of an access token.
    Type,
    /// The header has no other member, none twice, and is an object.
    Members,
    /// `kid` names one of the keys.
    KeyId,
    /// The signature is that key's.
    Signature,
    /// The claims are there once each, of their form, and typed.
    Claims,
    /// `iss`.
    Issuer,
    /// `aud`.
    Audience,
    /// `exp`, `iat` and `nbf`.
    Time,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Form,
        Self::Algorithm,
        Self::Type,
        Self::Members,
        Self::KeyId,
        Self::Signature,
        Self::Claims,
        Self::Issuer,
        Self::Audience,
        Self::Time,
    ];
}

/// A token that is none.
#[derive(Debug, Clone)]
pub struct Forgery {
    /// What is wrong with it, in words.
    pub name: String,
    /// What the forger sends.
    pub token: String,
    /// What refuses it.
    pub check: Check,
}

/// What forgeries are made of.
pub struct Forge<'a> {
    /// The key that really signs. A forger does not have it; but a case that breaks one rule alone
    /// must be signed well.
    pub key: &'a SigningKey,
    /// A key that once signed and is no longer believed.
    pub retired: &'a SigningKey,
    /// What a genuine token says now.
    pub claims: TokenClaims,
}

impl Forge<'_> {
    /// The genuine token, which every door takes.
    ///
    /// # Panics
    /// When the library cannot sign.
    #[must_use]
    pub fn genuine(&self) -> String {
        sign(self.key, &self.claims).expect("the library signs")
    }

    /// Every case, named each.
    #[must_use]
    pub fn forgeries(&self) -> Vec<Forgery> {
        let parts = [
            headers::algorithms(self),
            headers::types(self),
            headers::members(self),
            keys::secrets(self),
            keys::names(self),
            keys::injected(self),
            signatures::forgeries(self),
            forms::forgeries(self),
            claims::shapes(self),
            claims::parties(self),
            claims::times(self),
            claims::texts(self),
        ];
        parts.into_iter().flatten().collect()
    }

    /// Cases that no header's value carries: line breaks, zero bytes, blanks at the ends, and what
    /// is too long for one.
    #[must_use]
    pub fn unsendable(&self) -> Vec<Forgery> {
        forms::unsendable(self)
    }
}

#[cfg(test)]
mod tests;
