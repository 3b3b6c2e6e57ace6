use cardium_kernel::{MetadataError, StoreError};

/// Why a webhook command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The account has no such endpoint.
    #[error("no such endpoint")]
    NoEndpoint,
    /// The account has no such event.
    #[error("no such event")]
    NoEvent,
    /// It has all the endpoints that it may.
    #[error("the account holds the most webhook endpoints it may")]
    TooMany,
    /// The event is older than [`crate::REPLAYABLE`].
    #[error("the event is more than 90 days old and is not sent again")]
    EventExpired,
    /// The endpoint gets nothing.
    #[error("the webhook is disabled; enable it before events are sent again")]
    Disabled,
    /// No secret takes over.
    #[error("no rotation of the webhook's secret is running")]
    NoRotation,
    /// Its notes would leave their bounds.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
