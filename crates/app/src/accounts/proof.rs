use cardium_accounts::{Account, AccountError, Attempt, CodeProof, PasswordHash};
use cardium_kernel::{ErrorCode, Problem, Timestamp};

use crate::CommandError;

/// What an operation calls a password and a code, and how it refuses a wrong code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// The field of the password.
    pub password: &'static str,
    /// The field of the code.
    pub code: &'static str,
    /// The reason for which a wrong code is refused.
    pub wrong_code: ErrorCode,
}

impl Names {
    /// Signing in, and proving anew who asks.
    pub const SIGN_IN: Self =
        Self { password: "password", code: "totp_code", wrong_code: ErrorCode::InvalidCredentials };
    /// Changing the account.
    pub const UPDATE: Self = Self { password: "current_password", ..Self::SIGN_IN };
    /// Setting up the second factor.
    pub const TOTP: Self =
        Self { password: "password", code: "code", wrong_code: ErrorCode::InvalidTotpCode };
}

/// A password or a code that the edge found right, to be checked again in the transaction.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// The hash that the password fits; it must still be the account's.
    pub password: Option<PasswordHash>,
    /// The code, which must not be used up yet.
    pub code: Option<CodeProof>,
}

impl Proof {
    /// Checks everything that was given against the account as it is now, uses a code up and
    /// forgets wrong guesses.
    ///
    /// # Errors
    /// `rate_limited`, `invalid_credentials`, or what the operation says of a wrong code.
    pub fn settle(
        &self,
        account: &mut Account,
        names: &Names,
        now: Timestamp,
    ) -> Result<(), CommandError> {
        if let Some(checked) = &self.password {
            account.check_attempt(Attempt::Password, now)?;
            if account.password != *checked {
                return Err(wrong_password(names).into());
            }
        }
        if let Some(code) = &self.code {
            account.check_attempt(Attempt::Code, now)?;
            account.spend_code(code).map_err(|error| refuse_code(error, names))?;
            account.succeed(Attempt::Code);
        }
        if self.password.is_some() {
            account.succeed(Attempt::Password);
        }
        Ok(())
    }
}

pub(super) fn refuse_code(error: AccountError, names: &Names) -> CommandError {
    match error {
        AccountError::WrongCode => wrong_code(names).into(),
        AccountError::Throttled { .. }
        | AccountError::Locked
        | AccountError::TotpAlreadyEnabled
        | AccountError::TotpNotEnabled => error.into(),
    }
}

/// The password is wrong.
#[must_use]
pub fn wrong_password(names: &Names) -> Problem {
    let code = ErrorCode::InvalidCredentials;
    Problem::field(code, names.password, "The password is wrong.")
}

/// The password has to come along.
#[must_use]
pub fn password_required(names: &Names) -> Problem {
    let message = "The current password is needed for this.";
    Problem::field(ErrorCode::StepUpRequired, names.password, message)
}

/// The code is wrong.
#[must_use]
pub fn wrong_code(names: &Names) -> Problem {
    let message = "The code is wrong, too old, or was used before.";
    Problem::field(names.wrong_code, names.code, message)
}
