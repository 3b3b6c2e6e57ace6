//! Credentials: sessions, API keys and what owners grant OAuth clients; what they may do, and when
//! they stop working; and the codes of a second factor.
//!
//! Invariants: a token's plaintext is shown once and kept only as a keyed hash; a revoked or
//! expired credential never passes [`Credential::check`], which runs inside the transaction of
//! every command. Deliberately absent: hashing and randomness (the edge's).

mod allow_list;
mod credential;
pub mod grants;
mod keys;
pub mod oauth;
mod recovery;
mod scope;
mod store;
mod token;
mod totp;

pub use allow_list::{AllowList, AllowListError};
pub use credential::{
    Credential, CredentialError, CredentialKind, CredentialRecord, KeyStatus, SESSION_IDLE,
    SESSION_LIFETIME, STEP_UP_WINDOW,
};
pub use keys::{
    KeyChange, KeyError, NotesChange, OVERLAP_DEFAULT, OVERLAP_MAXIMUM, Presence, Successor,
    change_key, find_key, revoke_key, roll_key,
};
pub use recovery::{RecoveryCode, SecondFactor};
pub use scope::{Scope, ScopeSet};
pub use store::CredentialStore;
pub use token::{Token, TokenHash, TokenKind};
pub use totp::{TotpCode, TotpSecret};
