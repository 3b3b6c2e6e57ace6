//! What comes to the token endpoint (RFC 6749 sections 2.3, 4.1.3 and 6).

use data_encoding::BASE64;
use url::form_urlencoded;

use super::{
    client::{AuthMethod, Client, GrantType},
    error::{OAuthError, OAuthErrorCode, invalid_client, invalid_request},
    parameters::Parameters,
};

/// The longest secret, code or token that is looked at; ours are shorter.
const LONGEST: usize = 256;

/// Who says to be the caller, and with which secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientClaim {
    /// The client id.
    pub id: String,
    /// How it proves to be itself.
    pub method: AuthMethod,
    /// The secret, if it has one.
    pub secret: Option<String>,
}

impl std::fmt::Debug for ClientClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientClaim").field("id", &self.id).finish_non_exhaustive()
    }
}

impl ClientClaim {
    /// Reads who calls from the `Authorization` header and the body.
    ///
    /// # Errors
    /// `invalid_client` or `invalid_request`.
    pub fn read(header: Option<&str>, body: &Parameters) -> Result<Self, OAuthError> {
        let named = body.find("client_id")?.map(str::to_owned);
        let secret = body.find("client_secret")?.map(str::to_owned);
        let Some(header) = header else {
            let id = named.ok_or_else(|| invalid_client("client_id is required."))?;
            let method = if secret.is_some() { AuthMethod::Post } else { AuthMethod::None };
            return Self { id, method, secret }.checked();
        };
        let (id, basic) = read_basic(header)?;
        if secret.is_some() || named.is_some_and(|named| named != id) {
            return Err(invalid_request("A client proves itself in one way only."));
        }
        Self { id, method: AuthMethod::Basic, secret: Some(basic) }.checked()
    }

    fn checked(self) -> Result<Self, OAuthError> {
        let short = self.secret.as_ref().is_none_or(|secret| secret.len() <= LONGEST);
        if short { Ok(self) } else { Err(invalid_client("The client secret is wrong.")) }
    }

    /// Passes the client that it says to be, given the keyed hash of the secret.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn check(&self, client: &Client, hash: Option<[u8; 32]>) -> Result<(), OAuthError> {
        // A secret is one, in the header or in the body: libraries choose for themselves.
        let proven = |method| method != AuthMethod::None;
        if proven(client.details.method()) != proven(self.method) {
            let message = "The client registered another token_endpoint_auth_method.";
            return Err(invalid_client(message));
        }
        // Hashes under a key that nobody else has: how long they agree tells nothing.
        if client.secret == hash && hash.is_some() == (self.method != AuthMethod::None) {
            return Ok(());
        }
        Err(invalid_client("The client secret is wrong."))
    }
}

/// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn read_basic(header: &str) -> Result<(String, String), OAuthError> {
    let wrong = || invalid_client("The Authorization header must be HTTP Basic.");
    let (scheme, rest) = header.split_once(' ').ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong());
    }
    let bytes = BASE64.decode(rest.trim().as_bytes()).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let (id, secret) = text.split_once(':').ok_or_else(wrong)?;
    if id.is_empty() || secret.is_empty() {
        return Err(wrong());
    }
    Ok((form_decode(id), form_decode(secret)))
}

fn form_decode(text: &str) -> String {
    // A pair without a name has the whole text as its value.
    let pair = format!("={text}");
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// What a client brings for tokens.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenRequest {
    /// A code.
    Code {
        /// The code.
        code: String,
        /// Where it was sent, if the client says so.
        redirect_uri: Option<String>,
        /// The proof.
        verifier: String,
    },
    /// A refresh token.
    Refresh {
        /// The token.
        token: String,
        /// What the access token shall do, if less than before.
        scope: Option<String>,
    },
}

impl TokenRequest {
    /// Reads the body of a token request.
    ///
    /// # Errors
    /// `invalid_request` or `unsupported_grant_type`.
    pub fn read(body: &Parameters) -> Result<Self, OAuthError> {
        body.check()?;
        let message = "grant_type must be authorization_code or refresh_token.";
        let grant = GrantType::parse(body.get("grant_type")?);
        let unknown = || OAuthError::new(OAuthErrorCode::UnsupportedGrantType, message);
        match grant.ok_or_else(unknown)? {
            GrantType::AuthorizationCode => Ok(Self::Code {
                code: short(body, "code")?,
                redirect_uri: body.find("redirect_uri")?.map(str::to_owned),
                verifier: body.get("code_verifier")?.to_owned(),
            }),
            GrantType::RefreshToken => Ok(Self::Refresh {
                token: short(body, "refresh_token")?,
                scope: body.find("scope")?.map(str::to_owned),
            }),
        }
    }

    /// Passes a request of a client that may make it.
    ///
    /// # Errors
    /// `unauthorized_client`.
    pub fn check(&self, client: &Client) -> Result<(), OAuthError> {
        let grant = match self {
            Self::Code { .. } => GrantType::AuthorizationCode,
            Self::Refresh { .. } => GrantType::RefreshToken,
        };
        let message = "The client did not register for this grant type.";
        if client.details.may_use(grant) {
            return Ok(());
        }
        Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, message))
    }
}

fn short(body: &Parameters, name: &str) -> Result<String, OAuthError> {
    let value = body.get(name)?;
    let message = || format!("{name} is too long.");
    if value.len() > LONGEST { Err(invalid_request(message())) } else { Ok(value.to_owned()) }
}
