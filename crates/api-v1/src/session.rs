//! Sessions: what sign-up and sign-in answer.

use cardium_app::{accounts::SignedIn, reads::Balance};
use cardium_auth::{Credential, SESSION_IDLE, Token};
use cardium_kernel::{AccountId, CredentialId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{account::AccountOut, text::Text};

/// The session part of an answer.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionPart {
    /// The session's id.
    id: Text<CredentialId>,
    /// Always `session`.
    #[schemars(extend("const" = "session"))]
    object: &'static str,
    /// The bearer token, shown this once.
    token: String,
    /// When it ends in any case.
    expires_at: Option<Text<Timestamp>>,
    /// It ends when it is not used for this long.
    idle_timeout_seconds: u64,
    /// When it was opened.
    created_at: Text<Timestamp>,
    /// When it last changed.
    updated_at: Text<Timestamp>,
}

impl SessionPart {
    fn new(session: &Credential, token: &Token) -> Self {
        Self {
            id: Text(session.id),
            object: "session",
            token: token.expose().to_owned(),
            expires_at: session.expires_at.map(Text),
            idle_timeout_seconds: SESSION_IDLE.as_secs(),
            created_at: Text(session.created_at),
            updated_at: Text(session.created_at),
        }
    }
}

/// What sign-up answers: the account, with its session at the top and again inside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignedUpOut {
    #[serde(flatten)]
    account: AccountOut,
    /// The session's bearer token, shown this once.
    token: String,
    /// When the session ends in any case.
    expires_at: Option<Text<Timestamp>>,
    /// The session.
    session: SessionPart,
}

/// Which account a sign-up's answer is about.
#[must_use]
pub fn signed_up_account(body: &[u8]) -> Option<AccountId> {
    #[derive(Deserialize)]
    struct Signed {
        id: String,
    }
    let signed: Signed = serde_json::from_slice(body).ok()?;
    AccountId::parse(&signed.id).ok()
}

impl SignedUpOut {
    /// The answer; `token` is the session's.
    #[must_use]
    pub fn new(signed: &SignedIn, balances: &[Balance; 2], token: &Token) -> Self {
        Self {
            account: AccountOut::with_balance(&signed.account, balances),
            token: token.expose().to_owned(),
            expires_at: signed.session.expires_at.map(Text),
            session: SessionPart::new(&signed.session, token),
        }
    }
}

/// What sign-in answers: the session, with the account and once more itself inside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignedInOut {
    #[serde(flatten)]
    session: SessionPart,
    /// The session once more.
    #[serde(rename = "session")]
    again: SessionPart,
    /// Whose session it is.
    account: AccountOut,
}

impl SignedInOut {
    /// The answer; `token` is the session's.
    #[must_use]
    pub fn new(signed: &SignedIn, balances: &[Balance; 2], token: &Token) -> Self {
        Self {
            session: SessionPart::new(&signed.session, token),
            again: SessionPart::new(&signed.session, token),
            account: AccountOut::with_balance(&signed.account, balances),
        }
    }
}
