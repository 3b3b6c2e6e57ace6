//! Two-factor authentication: setting it up and turning it off.

use cardium_auth::{RecoveryCode, TotpSecret};
use cardium_kernel::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{field::required, qr};

/// Nothing, for a secret; then a code that the authenticator shows.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct EnableTotpIn {
    /// Six digits that the authenticator shows once it has the secret.
    #[validate(length(max = 64))]
    #[schemars(length(max = 64))]
    pub code: Option<String>,
    /// The account's password: an API key always gives it, a session that signed in more than ten
    /// minutes ago as well.
    pub password: Option<String>,
}

/// The proof that two-factor authentication may be turned off.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct DisableTotpIn {
    /// The password; may stand in the header `X-Password` instead.
    pub password: Option<String>,
    /// Six digits of the authenticator or a recovery code; may stand in the header `X-TOTP-Code`
    /// instead.
    #[validate(length(max = 64))]
    #[schemars(length(max = 64))]
    pub code: Option<String>,
}

impl DisableTotpIn {
    /// Password and code, from the body or else from these headers.
    ///
    /// # Errors
    /// `missing_required_field`.
    pub fn parse(
        self,
        password: Option<String>,
        code: Option<String>,
    ) -> Result<(String, String), Problem> {
        let password = required(self.password.or(password), "password")?;
        Ok((password, required(self.code.or(code), "code")?))
    }
}

/// The proof that two-factor authentication may be turned off, in a body alone.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct DisableTotpByPostIn {
    /// The password.
    #[schemars(required)]
    pub password: Option<String>,
    /// Six digits of the authenticator or a recovery code.
    #[validate(length(max = 64))]
    #[schemars(required, length(max = 64))]
    pub code: Option<String>,
}

/// The state of two-factor authentication while it is set up.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Totp")]
pub struct TotpOut {
    /// Always `totp`.
    #[schemars(extend("const" = "totp"))]
    object: &'static str,
    /// `pending` until a code was shown.
    #[schemars(extend("enum" = ["pending", "enabled"]))]
    status: &'static str,
    /// The secret in base 32, while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What authenticators read, while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    otpauth_uri: Option<String>,
    /// The same as a QR code, a PNG image, while it is pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_data_uri: Option<String>,
    /// Ten codes for whoever loses the authenticator, each good once; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<Vec<String>>,
}

impl TotpOut {
    const fn bare(status: &'static str) -> Self {
        Self {
            object: "totp",
            status,
            secret: None,
            otpauth_uri: None,
            qr_data_uri: None,
            recovery_codes: None,
        }
    }

    /// A secret that waits for a code.
    #[must_use]
    pub fn pending(secret: &TotpSecret, account_name: &str) -> Self {
        let uri = secret.to_uri(account_name);
        Self {
            secret: Some(secret.to_base32()),
            qr_data_uri: qr::data_uri(&uri),
            otpauth_uri: Some(uri),
            ..Self::bare("pending")
        }
    }

    /// It is on; these codes are shown this once.
    #[must_use]
    pub fn enabled(recovery: &[RecoveryCode]) -> Self {
        let codes = recovery.iter().map(RecoveryCode::to_groups).collect();
        Self { recovery_codes: Some(codes), ..Self::bare("enabled") }
    }
}
