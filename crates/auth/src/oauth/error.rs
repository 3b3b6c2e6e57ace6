use std::borrow::Cow;

/// The word of a refusal (RFC 6749 sections 4.1.2.1 and 5.2, RFC 7591 section 3.2.2, RFC 8707
/// section 2, RFC 6750 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The client is unknown or did not prove to be itself.
    InvalidClient,
    /// The code or refresh token is not good, or not for this client.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// The grant type is not served.
    UnsupportedGrantType,
    /// The response type is not served.
    UnsupportedResponseType,
    /// The scope is unknown, or more than the client may have.
    InvalidScope,
    /// The resource is none of ours.
    InvalidTarget,
    /// A redirect URI may not be registered.
    InvalidRedirectUri,
    /// Another field of a registration is wrong.
    InvalidClientMetadata,
    /// A registration access token is not good.
    InvalidToken,
    /// The owner said no.
    AccessDenied,
    /// Something failed on our side.
    ServerError,
    /// Too much is asked at once.
    TemporarilyUnavailable,
}

impl OAuthErrorCode {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// Why a client is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", .code.as_str())]
pub struct OAuthError {
    /// The word that programs read.
    pub code: OAuthErrorCode,
    /// What people read; printable ASCII without quotes and backslashes, as RFC 6749 wants it.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// A refusal. What a description may not hold becomes a question mark.
    #[must_use]
    pub fn new(code: OAuthErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        if description.chars().all(is_printable) {
            return Self { code, description };
        }
        let plain = |letter| if is_printable(letter) { letter } else { '?' };
        Self { code, description: description.chars().map(plain).collect::<String>().into() }
    }
}

const fn is_printable(letter: char) -> bool {
    matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')
}

macro_rules! refusals {
    ($($name:ident = $code:ident;)+) => {$(
        #[doc = concat!("A refusal with this code.")]
        pub(super) fn $name(description: impl Into<Cow<'static, str>>) -> OAuthError {
            OAuthError::new(OAuthErrorCode::$code, description)
        }
    )+};
}

refusals! {
    invalid_request = InvalidRequest;
    invalid_client = InvalidClient;
    invalid_grant = InvalidGrant;
    invalid_scope = InvalidScope;
    invalid_target = InvalidTarget;
    invalid_redirect_uri = InvalidRedirectUri;
    invalid_client_metadata = InvalidClientMetadata;
}
