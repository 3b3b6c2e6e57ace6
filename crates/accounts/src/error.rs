/// Why an account refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Too many wrong guesses in a row.
    #[error("too many wrong passwords or codes in a row; wait before the next one")]
    Throttled {
        /// Seconds until the next guess.
        seconds: u64,
    },
    /// The code is wrong, or was used before.
    #[error("the code is wrong, too old, or was used before")]
    WrongCode,
    /// Two-factor authentication is on already.
    #[error("two-factor authentication is on already")]
    TotpAlreadyEnabled,
    /// Its owner stopped everything.
    #[error("the owner stopped everything on this account; unlock it first")]
    Locked,
    /// Two-factor authentication is not on.
    #[error("two-factor authentication is not on")]
    TotpNotEnabled,
}
