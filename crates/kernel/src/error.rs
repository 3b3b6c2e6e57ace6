use std::fmt;

use crate::{ApprovalId, CardId};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// Every reason for which a command is refused: a closed set.
        ///
        /// Dialects translate it without a catch-all arm, so a new code does not compile until
        /// each of them has an answer for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// All codes, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code's word on the wire of `/v1`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or has a key twice.
    InvalidJson = "invalid_json";
    /// A required field is absent.
    MissingRequiredField = "missing_required_field";
    /// A field has the wrong type, form or range.
    InvalidField = "invalid_field";
    /// A money amount has more than two decimals.
    InvalidPrecision = "invalid_precision";
    /// A cursor names no object of this list.
    InvalidCursor = "invalid_cursor";
    /// The body is not declared as JSON.
    UnsupportedMediaType = "unsupported_media_type";
    /// The body is larger than allowed.
    BodyTooLarge = "body_too_large";
    /// The header block is larger than allowed.
    HeadersTooLarge = "headers_too_large";
    /// The path exists, the method on it does not.
    MethodNotAllowed = "method_not_allowed";
    /// The request took too long to arrive.
    RequestTimeout = "request_timeout";
    /// The request came in plain text where only HTTPS is served.
    HttpsRequired = "https_required";
    /// No credential, or one that was never valid.
    InvalidCredentials = "invalid_credentials";
    /// The password is right; a code of the authenticator is needed as well.
    TotpRequired = "totp_required";
    /// A session that was valid and has timed out.
    SessionExpired = "session_expired";
    /// The operation needs an interactive session.
    SessionRequired = "session_required";
    /// The session signed in too long ago for this operation.
    StepUpRequired = "step_up_required";
    /// The credential lacks the operation's scope.
    InsufficientScope = "insufficient_scope";
    /// The owner has to approve it first.
    ApprovalRequired = "approval_required";
    /// The owner was asked and said no.
    ApprovalRejected = "approval_rejected";
    /// The approval is decided, or its time is over.
    ApprovalNotPending = "approval_not_pending";
    /// More than, or other than, the agent's mandate lets it spend.
    MandateExceeded = "mandate_exceeded";
    /// An agent is never told it: the owner opens it on the site.
    OwnerMustOpen = "owner_must_open";
    /// The grant is revoked.
    GrantNotActive = "grant_not_active";
    /// The account's owner has stopped everything.
    AccountLocked = "account_locked";
    /// The API key may not be used from this address.
    KeyIpNotAllowed = "key_ip_not_allowed";
    /// The operation is for holders of an active card.
    ActiveCardRequired = "active_card_required";
    /// The destination is not yet trusted with a withdrawal.
    AddressCoolingDown = "address_cooling_down";
    /// The treasury cannot cover the amount.
    InsufficientBalance = "insufficient_balance";
    /// No such object, or not the caller's.
    ResourceNotFound = "resource_not_found";
    /// The e-mail address has an account already.
    EmailTaken = "email_taken";
    /// The password is too short or too long.
    WeakPassword = "weak_password";
    /// The authenticator's code is wrong, too old, or used before.
    InvalidTotpCode = "invalid_totp_code";
    /// Two-factor authentication is on already.
    TotpAlreadyEnabled = "totp_already_enabled";
    /// Two-factor authentication is not on.
    TotpNotEnabled = "totp_not_enabled";
    /// The account holds the most API keys it may.
    KeyLimitReached = "key_limit_reached";
    /// The API key is revoked or expired.
    KeyNotActive = "key_not_active";
    /// Below the least amount of the operation.
    AmountBelowMinimum = "amount_below_minimum";
    /// Above the greatest amount of the operation.
    AmountAboveMaximum = "amount_above_maximum";
    /// This asset is not accepted on this chain.
    UnsupportedAssetChain = "unsupported_asset_chain";
    /// Coins are on their way or have arrived.
    TopupNotCancellable = "topup_not_cancellable";
    /// No address of this chain, or its checksum is wrong.
    InvalidAddress = "invalid_address";
    /// The address is one of another chain.
    AddressChainMismatch = "address_chain_mismatch";
    /// The address is a deposit address of the programme itself.
    OwnDepositAddress = "own_deposit_address";
    /// The destination may not be paid.
    AddressBlocked = "address_blocked";
    /// The BIN does not issue this type of card.
    BinTypeMismatch = "bin_type_mismatch";
    /// Plastic needs an address to be sent to.
    ShippingRequired = "shipping_required";
    /// The account holds as many cards as it may.
    CardLimitReached = "card_limit_reached";
    /// The card is cancelled for good.
    CardCancelled = "card_cancelled";
    /// The issuer froze the card; its holder cannot lift that.
    FreezeLockedByIssuer = "freeze_locked_by_issuer";
    /// The card is frozen.
    CardFrozen = "card_frozen";
    /// The card's plastic is not with its holder yet.
    CardNotDelivered = "card_not_delivered";
    /// The card's plastic cannot be moved to this state.
    InvalidFulfillmentState = "invalid_fulfillment_state";
    /// The card's product is not taken by this wallet.
    WalletUnsupported = "wallet_unsupported";
    /// A limit is above what the card's product allows.
    LimitAboveBinMaximum = "limit_above_bin_maximum";
    /// No merchant category code, or no range of them.
    InvalidMcc = "invalid_mcc";
    /// No country of ISO 3166-1.
    InvalidCountry = "invalid_country";
    /// More than the card has available.
    AmountExceedsAvailable = "amount_exceeds_available";
    /// The fee differs from the one the caller expected.
    FeeChanged = "fee_changed";
    /// The transaction came with no network message.
    NoAuthMessage = "no_auth_message";
    /// No decision of ours is behind the transaction.
    NoDecision = "no_decision";
    /// The transaction is not in a state that allows this.
    InvalidTransactionState = "invalid_transaction_state";
    /// The transaction is in dispute already.
    DisputeExists = "dispute_exists";
    /// The dispute is decided.
    DisputeClosed = "dispute_closed";
    /// The dispute is not at the stage that this needs.
    InvalidDisputeState = "invalid_dispute_state";
    /// Nothing was captured, or nothing is left to give back.
    TransactionNotDisputable = "transaction_not_disputable";
    /// The transaction is too old to be disputed.
    FilingWindowClosed = "filing_window_closed";
    /// The file is of no accepted type, or not of the type it claims.
    UnsupportedFileType = "unsupported_file_type";
    /// The dispute holds the most evidence it may.
    EvidenceLimitReached = "evidence_limit_reached";
    /// Webhooks may not be sent to this address.
    UnsafeWebhookUrl = "unsafe_webhook_url";
    /// No event has this name.
    UnknownEvent = "unknown_event";
    /// The account holds the most endpoints it may.
    WebhookLimitReached = "webhook_limit_reached";
    /// The endpoint is disabled.
    WebhookDisabled = "webhook_disabled";
    /// No signing secret takes over from another.
    NoSecretRotation = "no_secret_rotation";
    /// The event is older than events are kept.
    EventExpired = "event_expired";
    /// The account has the most open tickets it may.
    TicketLimitReached = "ticket_limit_reached";
    /// The idempotency key was used with another request.
    ConflictIdempotencyKey = "conflict_idempotency_key";
    /// The first request with this key is still running.
    IdempotencyInProgress = "idempotency_in_progress";
    /// Too many requests.
    RateLimited = "rate_limited";
    /// Our fault.
    Internal = "internal";
    /// A part that is needed is down or overloaded; try again.
    ServiceUnavailable = "service_unavailable";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal in words for the caller: what, why, and which field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Problem {
    /// The closed code.
    pub code: ErrorCode,
    /// A sentence that is safe to show.
    pub message: String,
    /// The field or header at fault, where one is.
    pub param: Option<String>,
    /// Seconds after which another try is worth making, where they are known.
    pub retry_after_seconds: Option<u64>,
    /// What the owner is asked, where that is why.
    pub approval: Option<Box<ApprovalId>>,
    /// The card whose number only the owner opens, where that is why.
    pub card: Option<Box<CardId>>,
}

impl Problem {
    /// A refusal that no single field causes.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            param: None,
            retry_after_seconds: None,
            approval: None,
            card: None,
        }
    }

    /// A refusal caused by one field.
    #[must_use]
    pub fn field(code: ErrorCode, param: impl Into<String>, message: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..Self::new(code, message) }
    }

    /// Too many tries: the next one is worth making after this many seconds.
    #[must_use]
    pub fn rate_limited(message: impl Into<String>, retry_after_seconds: u64) -> Self {
        let retry_after_seconds = Some(retry_after_seconds);
        Self { retry_after_seconds, ..Self::new(ErrorCode::RateLimited, message) }
    }

    /// The owner has to decide first.
    #[must_use]
    pub fn awaits(approval: ApprovalId, message: impl Into<String>) -> Self {
        Self {
            approval: Some(Box::new(approval)),
            ..Self::new(ErrorCode::ApprovalRequired, message)
        }
    }

    /// Only the owner opens this card's number.
    #[must_use]
    pub fn owner_opens(card: CardId, message: impl Into<String>) -> Self {
        Self { card: Some(Box::new(card)), ..Self::new(ErrorCode::OwnerMustOpen, message) }
    }

    /// A required field is absent.
    #[must_use]
    pub fn missing(param: &str) -> Self {
        let message = format!("Field '{param}' is required.");
        Self::field(ErrorCode::MissingRequiredField, param, message)
    }

    /// The object does not exist, or is somebody else's: callers cannot tell which.
    #[must_use]
    pub fn not_found(object: &str) -> Self {
        Self::new(ErrorCode::ResourceNotFound, format!("No such {object}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique() {
        let mut words: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn a_missing_field_reads_as_documented() {
        assert_eq!(Problem::missing("bin").message, "Field 'bin' is required.");
    }
}
