//! What the OAuth server does: clients come and go, owners are asked and answer, codes and refresh
//! tokens are exchanged.
//!
//! Invariants: a request is answered once, by the session that opened it; whoever shows that two
//! hold one code or token ends the grant in the same transaction. Access tokens are signed outside,
//! after COMMIT. Deliberately absent: what a token may do at an operation (the guard, `Unit`).

mod answer;
mod clients;
mod ending;
mod entering;
mod exchange;
mod purge;
mod refresh;
mod revoke;

pub use answer::{ApproveAuthorization, BeginAuthorization, DenyAuthorization, OPEN_GRANTS};
pub use clients::{DeleteClient, SaveClient, UpdateClient};
pub use ending::FinishClient;
pub use entering::{EnterClient, OPERATOR_CLIENTS, RemoveClient};
pub use exchange::ExchangeCode;
pub use purge::PurgeOAuth;
pub use refresh::RefreshTokens;
pub use revoke::RevokeByToken;

use std::collections::BTreeSet;

use cardium_auth::oauth::{OAuthError, OAuthErrorCode, RefreshRecord, RefreshToken, ScopeRequest};
use cardium_kernel::{AccountId, CardId, Change, CredentialId, GrantId, StoreError, Timestamp};

use crate::{CommandError, Ending, Hints, RowKey, Unit, grants::Held};

/// What a client is told at the token endpoint.
pub type Exchanged = Result<Issued, OAuthError>;

/// What an access token is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The grant.
    pub grant: GrantId,
    /// Whom it speaks for.
    pub account: AccountId,
    /// What it may do, and the words for it.
    pub scope: ScopeRequest,
}

/// Grants of a client that one command ends. Each brings rows of an account of its own.
pub const ENDED_AT_ONCE: i64 = 50;

/// Where a code, a refresh token or a client leads, as it was looked up before the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The grant.
    pub grant: GrantId,
    /// Whose it is.
    pub account: AccountId,
}

impl Line {
    fn hints(self) -> Hints {
        Self::hints_of(&[self])
    }

    fn hints_of(lines: &[Self]) -> Hints {
        lines.iter().fold(Hints::cold(), |hints, line| {
            hints
                .with(RowKey::Grant(line.grant))
                .with(RowKey::Credential(CredentialId::new(line.grant.value())))
                .with(RowKey::Sequence(line.account))
        })
    }
}

/// The grant that a token belongs to, whoever brings the token.
fn find_held(unit: &mut Unit<'_>, id: GrantId) -> Result<Option<Held>, StoreError> {
    let Some(grant) = unit.tx.find_grant(id)? else { return Ok(None) };
    let found = unit.tx.find_credential(grant.credential())?;
    Ok(found.map(|credential| Held { grant, credential }))
}

fn refuse(description: &'static str) -> Ending<Exchanged> {
    refused(OAuthError::new(OAuthErrorCode::InvalidGrant, description))
}

fn refused(error: OAuthError) -> Ending<Exchanged> {
    Ending::Refused(Err(error))
}

/// What is left of a scope once its grant was narrowed.
fn left(held: &Held, given: &ScopeRequest) -> Option<ScopeRequest> {
    let scopes = given.scopes().common(held.credential.scopes);
    Some(given.granted(scopes, &cards_of(held))).filter(|scope| !scope.is_empty())
}

/// The only cards that a grant reaches; none where it reaches all.
fn cards_of(held: &Held) -> BTreeSet<CardId> {
    held.grant.cards.iter().flatten().copied().collect()
}

fn issued(held: &Held, scope: ScopeRequest) -> Issued {
    Issued { grant: held.grant.id, account: held.grant.account, scope }
}

fn first_refresh(hash: [u8; 32], client: &str, of: &Issued, now: Timestamp) -> RefreshToken {
    RefreshToken::restore(RefreshRecord {
        hash,
        grant: of.grant,
        client: client.to_owned(),
        scope: of.scope.clone().without_cards().text(),
        started_at: now,
        created_at: now,
        used_at: None,
        siblings: 0,
    })
}

/// Notes that a client was used, so that it is not forgotten; says whether it is there. Its row is
/// locked by it, so that one that ends gets nothing more.
fn touch_client(unit: &mut Unit<'_>, id: &str) -> Result<bool, CommandError> {
    let (found, now) = (unit.tx.find_client(id)?, unit.now());
    let Some(mut client) = found.filter(|client| !client.is_over(now)) else { return Ok(false) };
    if client.touch(now) == Change::Applied {
        unit.tx.save_client(&client)?;
    }
    Ok(true)
}

fn unknown_client() -> Ending<Exchanged> {
    refused(OAuthError::new(OAuthErrorCode::InvalidClient, "The client is not known."))
}
