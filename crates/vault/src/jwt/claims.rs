//! What an access token says (RFC 9068, section 2.2).

use serde::{Deserialize, Deserializer, Serialize};

use super::TokenError;

/// Longest value of one text claim, in bytes; a scope list is the longest that we write.
const LONGEST_TEXT: usize = 1_024;
/// Most audiences of one token; ours have two.
const MOST_AUDIENCES: usize = 8;

/// The claims of an access token, as texts and seconds since 1970.
///
/// All are there in every token. A claim that is none of these is ignored (RFC 7519, section 4);
/// one of these given twice is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenClaims {
    /// Who made the token.
    pub iss: String,
    /// Whom it speaks for: an account.
    pub sub: String,
    /// For whom it is meant.
    pub aud: Vec<String>,
    /// When it ends.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// From when on it counts, where that is later than its making.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// The client that it was given to.
    pub client_id: String,
    /// What it may do: words with a blank between each two.
    pub scope: String,
    /// The grant that it comes from.
    pub gid: String,
    /// The account again, under the name that clients read.
    pub acct: String,
}

impl TokenClaims {
    /// Passes claims whose texts are short, visible ASCII, and there.
    pub(super) fn check_form(&self) -> Result<(), TokenError> {
        let texts = [&self.iss, &self.sub, &self.jti, &self.client_id, &self.gid, &self.acct];
        let whole = texts
            .into_iter()
            .chain(&self.aud)
            .all(|text| fits(text) && text.bytes().all(|byte| byte.is_ascii_graphic()));
        let audiences = (1..=MOST_AUDIENCES).contains(&self.aud.len());
        let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let scope = fits(&self.scope) && self.scope.bytes().all(printable);
        if whole && audiences && scope { Ok(()) } else { Err(TokenError::Claims) }
    }
}

fn fits(text: &str) -> bool {
    (1..=LONGEST_TEXT).contains(&text.len())
}

/// A claim that may be left out, but not be null.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(from).map(Some)
}
