//! Access tokens at the doors, on both databases: which are taken, what they let a client do, and
//! how the keys behind them take turns.

mod forged;
mod grants;
mod inside;
mod keys;

use cardium_auth::Scope;
use cardium_vault::jwt::TokenClaims;

use cardium_app::access_tokens::{AccessClaims, Realm};

/// A token's claims as texts, for forgers to change.
fn texts(issuer: &str, claims: &AccessClaims) -> TokenClaims {
    let words: Vec<_> = claims.scopes.iter().map(Scope::as_str).collect();
    TokenClaims {
        iss: issuer.to_owned(),
        sub: claims.account.to_string(),
        aud: Realm::audiences_of(issuer),
        exp: claims.expires_at.unix_seconds(),
        iat: claims.issued_at.unix_seconds(),
        nbf: None,
        jti: claims.id.clone(),
        client_id: claims.client_id.clone(),
        scope: words.join(" "),
        gid: claims.grant.to_string(),
        acct: claims.account.to_string(),
    }
}
