use cardium_kernel::{AccountId, DeliveryId, EndpointId, EventId, Timestamp};

/// Why an event goes to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It happened; this is so at most once for an event and an endpoint.
    Event,
    /// The endpoint's owner asked for it again.
    Replay,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for its next attempt.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// The last attempt failed.
    Failed,
    /// Waits until its endpoint is enabled again.
    Paused,
}

impl DeliveryState {
    /// The state's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Paused => "paused",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Delivered, Self::Failed, Self::Paused];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The delivery's id.
    pub id: DeliveryId,
    /// Whose event it is.
    pub account: AccountId,
    /// The event.
    pub event: EventId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// How far it is.
    pub state: DeliveryState,
    /// Attempts that ended.
    pub attempts: i64,
    /// When the next attempt is due; while leased, when the lease lapses.
    pub next_attempt_at: Timestamp,
    /// Raised with every lease: a result of an older lease is void.
    pub lease: i64,
    /// The last answer's HTTP status; zero where there was none.
    pub last_status: i64,
    /// Why it was made.
    pub cause: Cause,
}

impl Delivery {
    /// A delivery that is due at once.
    #[must_use]
    pub const fn new(
        id: DeliveryId,
        (account, event): (AccountId, EventId),
        endpoint: EndpointId,
        cause: Cause,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            account,
            event,
            endpoint,
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: now,
            lease: 0,
            last_status: 0,
            cause,
        }
    }
}
