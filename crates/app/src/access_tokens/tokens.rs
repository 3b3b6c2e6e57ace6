//! Access tokens as the programme means them: typed, and of one deployment.

use std::{fmt, sync::Arc};

use cardium_auth::{Scope, ScopeSet};
use cardium_kernel::{AccountId, GrantId, Timestamp};
use cardium_vault::jwt::{
    Expected, SigningKey, SigningKeyError, TokenClaims, TokenError, VerifyingKeys, sign, verify,
};

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The token's own id, 1 to 1024 visible ASCII characters.
    pub id: String,
    /// Whose money it is about.
    pub account: AccountId,
    /// The grant that it comes from.
    pub grant: GrantId,
    /// The client that it was given to.
    pub client_id: String,
    /// What it may do, if its grant may; at least one.
    pub scopes: ScopeSet,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends; whole seconds count.
    pub expires_at: Timestamp,
}

/// Who issues tokens, and for what: the addresses under which one deployment is reached.
#[derive(Clone)]
pub enum Realm {
    /// The deployment has one address.
    Fixed(Arc<str>),
    /// None is set, so it is whatever address of this machine a client came by. For development:
    /// tokens name one of those that pass here.
    Where(fn(&str) -> bool),
}

impl Realm {
    /// The audiences of the tokens of an issuer: its API and its MCP server (RFC 8707).
    #[must_use]
    pub fn audiences_of(issuer: &str) -> Vec<String> {
        vec![format!("{issuer}/v1"), format!("{issuer}/mcp")]
    }

    /// Those of an issuer that is believed; none of any other.
    fn audiences(&self, issuer: &str) -> Vec<String> {
        let believed = match self {
            Self::Fixed(ours) => issuer == &**ours,
            Self::Where(passes) => passes(issuer),
        };
        if believed { Self::audiences_of(issuer) } else { Vec::new() }
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(ours) => write!(f, "Realm({ours})"),
            Self::Where(_) => f.write_str("Realm(..)"),
        }
    }
}

/// A token of these claims, made by the issuer and signed by the key.
///
/// # Errors
/// [`SigningKeyError`] when the library cannot sign.
pub fn mint_access_token(
    key: &SigningKey,
    issuer: &str,
    claims: &AccessClaims,
) -> Result<String, SigningKeyError> {
    let words: Vec<_> = claims.scopes.iter().map(Scope::as_str).collect();
    let account = claims.account.to_string();
    let told = TokenClaims {
        iss: issuer.to_owned(),
        sub: account.clone(),
        aud: Realm::audiences_of(issuer),
        exp: claims.expires_at.unix_seconds(),
        iat: claims.issued_at.unix_seconds(),
        nbf: None,
        jti: claims.id.clone(),
        client_id: claims.client_id.clone(),
        scope: words.join(" "),
        gid: claims.grant.to_string(),
        acct: account,
    };
    sign(key, &told)
}

/// What a token says, if one of the keys signed it for this realm and it is valid now. Whether its
/// grant still stands is to be asked of the database.
///
/// # Errors
/// [`TokenError`].
pub fn read_access_token(
    token: &str,
    keys: &VerifyingKeys,
    realm: &Realm,
    now: Timestamp,
) -> Result<AccessClaims, TokenError> {
    let audiences = |issuer: &str| realm.audiences(issuer);
    let expected = Expected { audiences: &audiences, now_s: now.unix_seconds() };
    let told = verify(token, keys, expected)?;
    typed(told).ok_or(TokenError::Claims)
}

fn typed(told: TokenClaims) -> Option<AccessClaims> {
    let account = AccountId::parse(&told.sub).ok()?;
    let same = told.acct == told.sub;
    Some(AccessClaims {
        account: same.then_some(account)?,
        grant: GrantId::parse(&told.gid).ok()?,
        scopes: scopes(&told.scope)?,
        id: told.jti,
        client_id: told.client_id,
        issued_at: Timestamp::from_unix_seconds(told.iat),
        expires_at: Timestamp::from_unix_seconds(told.exp),
    })
}

/// The words of a scope list, each known and named once. Nothing is implied by another: a token
/// says what it may do.
fn scopes(list: &str) -> Option<ScopeSet> {
    list.split(' ').try_fold(ScopeSet::default(), |set, word| {
        let scope = Scope::parse(word).filter(|scope| !set.allows(*scope))?;
        Some(set.plus(scope))
    })
}
