//! Why a command had no effect.

use cardium_accounts::{AccountError, EmailError, PasswordError, TicketError};
use cardium_auth::{CredentialError, KeyError};
use cardium_cards::{CardError, ReplaceError};
use cardium_disputes::DisputeError;
use cardium_kernel::{ErrorCode, MetadataError, MoneyError, Problem, StoreError};
use cardium_ledger::{LedgerError, PostingError};
use cardium_topups::TopupError;
use cardium_webhooks::WebhookError;
use cardium_withdrawals::{AddressError, PayeeError, WithdrawalError};

/// Why a command had no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The caller's request cannot be carried out; the problem says why.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// As [`Self::Problem`], but the command's trace is kept: an approval that the owner is asked
    /// for. Its idempotency key stays free.
    #[error("{0}")]
    Traced(Problem),
    /// The store could not answer; the write path looks inside.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The drawn PAN belongs to another card: draw again.
    #[error("the drawn PAN is taken")]
    PanTaken,
    /// Nobody can tell whether the command took effect: a retry with the same key will. Its text
    /// is for the log only.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// The command broke one of our own rules. Its text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<LedgerError> for CommandError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(store) => Self::Store(store),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<PostingError> for CommandError {
    fn from(error: PostingError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<MoneyError> for CommandError {
    fn from(error: MoneyError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<CredentialError> for CommandError {
    fn from(error: CredentialError) -> Self {
        let code = match error {
            CredentialError::Invalid => ErrorCode::InvalidCredentials,
            CredentialError::SessionExpired => ErrorCode::SessionExpired,
            CredentialError::SessionRequired => ErrorCode::SessionRequired,
            CredentialError::StepUpRequired => ErrorCode::StepUpRequired,
            CredentialError::InsufficientScope(_)
            | CredentialError::OtherBook
            | CredentialError::Narrowed => ErrorCode::InsufficientScope,
            CredentialError::AddressNotAllowed => ErrorCode::KeyIpNotAllowed,
        };
        Problem::new(code, sentence(&error)).into()
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        match &error {
            KeyError::Store(store) => store.clone().into(),
            KeyError::Refused(refused) => (*refused).into(),
            KeyError::NotFound => Problem::not_found("API key").into(),
            KeyError::NotActive => Problem::new(ErrorCode::KeyNotActive, sentence(&error)).into(),
            KeyError::SandboxOnly => {
                Problem::field(ErrorCode::InvalidField, "mode", sentence(&error)).into()
            }
            KeyError::Metadata(broken) => bad_metadata(*broken).into(),
        }
    }
}

impl From<CardError> for CommandError {
    fn from(error: CardError) -> Self {
        let code = match error {
            CardError::Cancelled => ErrorCode::CardCancelled,
            CardError::FreezeLocked => ErrorCode::FreezeLockedByIssuer,
            CardError::Frozen => ErrorCode::CardFrozen,
            CardError::NotDelivered => ErrorCode::CardNotDelivered,
            CardError::WrongFulfilment => ErrorCode::InvalidFulfillmentState,
            CardError::WalletUnsupported => ErrorCode::WalletUnsupported,
            CardError::ShippingRequired => {
                let code = ErrorCode::ShippingRequired;
                return Problem::field(code, "shipping", sentence(&error)).into();
            }
        };
        Problem::new(code, sentence(&error)).into()
    }
}

impl From<ReplaceError> for CommandError {
    fn from(error: ReplaceError) -> Self {
        match error {
            ReplaceError::Card(error) => error.into(),
            ReplaceError::PanTaken => Self::PanTaken,
            ReplaceError::Store(error) => error.into(),
        }
    }
}

impl From<TopupError> for CommandError {
    fn from(error: TopupError) -> Self {
        match error {
            TopupError::NotCancellable => {
                Problem::new(ErrorCode::TopupNotCancellable, sentence(&error)).into()
            }
            TopupError::Money(money) => money.into(),
            TopupError::Store(store) => store.into(),
        }
    }
}

impl From<DisputeError> for CommandError {
    fn from(error: DisputeError) -> Self {
        let code = match error {
            DisputeError::Closed => ErrorCode::DisputeClosed,
            DisputeError::WrongStage => ErrorCode::InvalidDisputeState,
            DisputeError::Exists | DisputeError::TooManyOpen => ErrorCode::DisputeExists,
            DisputeError::Decided => {
                let code = ErrorCode::TransactionNotDisputable;
                return Problem::field(code, "transaction_id", sentence(&error)).into();
            }
            DisputeError::WindowClosed => ErrorCode::FilingWindowClosed,
            DisputeError::TooMuchEvidence => ErrorCode::EvidenceLimitReached,
            DisputeError::Money(money) => return money.into(),
            DisputeError::Store(store) => return store.into(),
        };
        Problem::new(code, sentence(&error)).into()
    }
}

impl From<AccountError> for CommandError {
    fn from(error: AccountError) -> Self {
        let text = sentence(&error);
        match error {
            AccountError::Throttled { seconds } => Problem::rate_limited(text, seconds),
            AccountError::WrongCode => Problem::new(ErrorCode::InvalidTotpCode, text),
            AccountError::TotpAlreadyEnabled => Problem::new(ErrorCode::TotpAlreadyEnabled, text),
            AccountError::Locked => Problem::new(ErrorCode::AccountLocked, text),
            AccountError::TotpNotEnabled => Problem::new(ErrorCode::TotpNotEnabled, text),
        }
        .into()
    }
}

impl From<TicketError> for CommandError {
    fn from(error: TicketError) -> Self {
        let code = match error {
            TicketError::NoCardholder => ErrorCode::ActiveCardRequired,
            TicketError::TooMany(_) => ErrorCode::TicketLimitReached,
            TicketError::Store(store) => return store.into(),
        };
        Problem::new(code, sentence(&error)).into()
    }
}

impl From<WebhookError> for CommandError {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::NoEndpoint => return Problem::not_found("webhook").into(),
            WebhookError::NoEvent => return Problem::not_found("event").into(),
            WebhookError::TooMany => ErrorCode::WebhookLimitReached,
            WebhookError::EventExpired => ErrorCode::EventExpired,
            WebhookError::Disabled => ErrorCode::WebhookDisabled,
            WebhookError::NoRotation => ErrorCode::NoSecretRotation,
            WebhookError::Metadata(broken) => return bad_metadata(broken).into(),
            WebhookError::Store(store) => return store.into(),
        };
        Problem::new(code, sentence(&error)).into()
    }
}

impl From<AddressError> for CommandError {
    fn from(error: AddressError) -> Self {
        let code = match error {
            AddressError::Malformed | AddressError::Checksum | AddressError::Unspendable => {
                ErrorCode::InvalidAddress
            }
            AddressError::OtherChain => ErrorCode::AddressChainMismatch,
        };
        Problem::field(code, "address", sentence(&error)).into()
    }
}

impl From<PayeeError> for CommandError {
    fn from(error: PayeeError) -> Self {
        match error {
            PayeeError::CoolingDown(_) => {
                Problem::field(ErrorCode::AddressCoolingDown, "address", sentence(&error)).into()
            }
            PayeeError::Store(store) => store.into(),
        }
    }
}

impl From<WithdrawalError> for CommandError {
    fn from(error: WithdrawalError) -> Self {
        match error {
            WithdrawalError::NothingLeft(_) => {
                let code = ErrorCode::AmountBelowMinimum;
                Problem::field(code, "amount_usd", sentence(&error)).into()
            }
            WithdrawalError::WrongState(_) => {
                Problem::new(ErrorCode::InvalidTransactionState, sentence(&error)).into()
            }
            WithdrawalError::OtherTransaction => Self::Internal(error.to_string()),
            WithdrawalError::Money(money) => money.into(),
        }
    }
}

impl From<EmailError> for CommandError {
    fn from(error: EmailError) -> Self {
        Problem::field(ErrorCode::InvalidField, "email", sentence(&error)).into()
    }
}

impl From<PasswordError> for CommandError {
    fn from(error: PasswordError) -> Self {
        Problem::field(ErrorCode::WeakPassword, "password", sentence(&error)).into()
    }
}

fn bad_metadata(broken: MetadataError) -> Problem {
    let message = format!("Field 'metadata' {broken}.");
    Problem::field(ErrorCode::InvalidField, "metadata", message)
}

/// An error's text as a sentence for the caller.
#[must_use]
pub fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map_or_else(String::new, |c| c.to_uppercase().collect());
    format!("{first}{}.", letters.as_str())
}
