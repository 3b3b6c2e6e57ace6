//! What a client asks an owner for (RFC 6749 section 4.1.1, RFC 7636, RFC 8707).
//!
//! Invariant: nobody is sent anywhere before client and redirect URI are known to belong together;
//! from then on the client is told what is wrong with its request.

use url::form_urlencoded;

use super::{
    client::Client,
    error::{OAuthError, OAuthErrorCode, invalid_request},
    parameters::Parameters,
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    resource::{Resource, ResourceSet},
    scope_request::ScopeRequest,
};

/// The longest `state`.
const LONGEST_STATE: usize = 2_048;

/// Where an answer goes, and what it says besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnAddress {
    /// The client's URI.
    pub redirect_uri: RedirectUri,
    /// What the client knows its request by.
    pub state: Option<String>,
}

impl ReturnAddress {
    /// The URL with a code (RFC 6749 section 4.1.2, RFC 9207).
    #[must_use]
    pub fn with_code(&self, code: &str, issuer: &str) -> String {
        self.url(&[("code", code), ("iss", issuer)])
    }

    /// The URL with a refusal (RFC 6749 section 4.1.2.1).
    #[must_use]
    pub fn with_error(&self, error: &OAuthError, issuer: &str) -> String {
        let description = error.description.as_ref();
        let pairs = [("error", error.code.as_str()), ("error_description", description)];
        self.url(&[pairs.as_slice(), &[("iss", issuer)]].concat())
    }

    /// The URI as it was registered, what it had as a query included.
    fn url(&self, pairs: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let uri = self.redirect_uri.as_str();
        let mark = match uri.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some((_, own)) if own.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{uri}{mark}{}", query.finish())
    }
}

/// A request that an owner can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: String,
    /// Where the answer goes.
    pub address: ReturnAddress,
    /// What the client will prove.
    pub challenge: CodeChallenge,
    /// What it asks for.
    pub scope: ScopeRequest,
    /// What the tokens are for.
    pub resource: Resource,
}

/// Why a request is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Nobody may be sent anywhere.
    #[error("{0}")]
    Shown(OAuthError),
    /// The client is told.
    #[error("{error}")]
    Returned {
        /// Where.
        address: Box<ReturnAddress>,
        /// What.
        error: OAuthError,
    },
}

impl AuthorizationRequest {
    /// Reads a client's request.
    ///
    /// # Errors
    /// As said in [`RequestError`].
    pub fn read(
        parameters: &Parameters,
        client: &Client,
        resources: &ResourceSet,
    ) -> Result<Self, RequestError> {
        let address = read_address(parameters, client)?;
        let read = read_rest(parameters, client, resources);
        match read {
            Ok((challenge, scope, resource)) => {
                Ok(Self { client: client.id.clone(), address, challenge, scope, resource })
            }
            Err(error) => Err(RequestError::Returned { address: Box::new(address), error }),
        }
    }
}

fn read_address(parameters: &Parameters, client: &Client) -> Result<ReturnAddress, RequestError> {
    let asked = parameters.find("redirect_uri").map_err(RequestError::Shown)?;
    let redirect_uri = client.details.find_redirect(asked).map_err(|error| {
        RequestError::Shown(OAuthError::new(OAuthErrorCode::InvalidRequest, error.description))
    })?;
    let state = parameters.find("state").ok().flatten();
    let state = state.filter(|state| is_state(state)).map(str::to_owned);
    Ok(ReturnAddress { redirect_uri, state })
}

/// RFC 6749, appendix A.5.
fn is_state(text: &str) -> bool {
    text.len() <= LONGEST_STATE && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn read_rest(
    parameters: &Parameters,
    client: &Client,
    resources: &ResourceSet,
) -> Result<(CodeChallenge, ScopeRequest, Resource), OAuthError> {
    parameters.check()?;
    if parameters.find("state")?.is_some_and(|state| !is_state(state)) {
        return Err(invalid_request("state must be printable ASCII, at most 2048 letters."));
    }
    for name in ["request", "request_uri", "registration"] {
        if parameters.find(name)?.is_some() {
            return Err(invalid_request(format!("{name} is not served.")));
        }
    }
    if parameters.get("response_type")? != "code" {
        let message = "response_type must be code.";
        return Err(OAuthError::new(OAuthErrorCode::UnsupportedResponseType, message));
    }
    if parameters.find("response_mode")?.is_some_and(|mode| mode != "query") {
        return Err(invalid_request("response_mode must be query."));
    }
    let challenge = parameters.find("code_challenge")?;
    let challenge = CodeChallenge::parse(challenge, parameters.find("code_challenge_method")?)?;
    let resource = resources.parse(&parameters.resources())?;
    let scope = parameters.find("scope")?;
    let scope = ScopeRequest::resolve(scope, client.details.ceiling())?;
    Ok((challenge, scope, resource))
}
