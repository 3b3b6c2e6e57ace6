//! Access tokens: JWTs of the profile of RFC 9068, signed with ES256 (RFC 7518, section 3.4).
//!
//! Invariants:
//! - one algorithm and one type: what a token's header says is compared, never obeyed;
//! - a header has `alg`, `typ` and `kid` and nothing else, so no key and no place of a key that
//!   a token brings along is ever looked at;
//! - a private key is sealed at rest, shows nothing in `Debug`, and is wiped on drop;
//! - every refusal looks alike to whoever sent the token; [`TokenError`] is for tests and logs.
//!
//! Deliberately absent: what a claim's text means (ids and scopes are the edge's), whether the
//! grant behind a token still stands, the clock, and the making of random bytes. A signature's
//! own nonce is the exception: the cryptographic library draws it.

mod claims;
mod jwk;
mod key;
mod token;

pub use claims::TokenClaims;
pub use jwk::{PublicJwk, VerifyingKeys};
pub use key::{SigningKey, SigningKeyError};
pub use token::{Expected, LEEWAY_S, LONGEST_LIFETIME_S, LONGEST_TOKEN, TokenError, sign, verify};
