use cardium_kernel::{AccountId, DeliveryId, EndpointId, EventId, Timestamp};

use crate::Attempt;

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
    /// Waits for an earlier event of the same object.
    Queued,
}

impl DeliveryState {
    /// The state's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Queued => "queued",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Delivered, Self::Failed, Self::Queued];
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
    /// When the next attempt is due.
    pub next_attempt_at: Timestamp,
    /// The last answer's HTTP status; zero where there was none.
    pub last_status: i64,
    /// Why it was made.
    pub cause: Cause,
    /// The object that the event is about.
    pub object: u128,
    /// The event's place in its account's sequence.
    pub account_seq: i64,
    /// Whether events of one object go one after the other.
    pub ordered: bool,
    /// How its attempts went, the first one first.
    pub log: Vec<Attempt>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The event that a delivery brings, as far as it need be known for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRef {
    /// The event.
    pub id: EventId,
    /// Whose it is.
    pub account: AccountId,
    /// The object it is about.
    pub object: u128,
    /// Its place in its account's sequence.
    pub account_seq: i64,
    /// When it happened.
    pub created_at: Timestamp,
}

impl Delivery {
    /// A delivery that is due at once.
    #[must_use]
    pub const fn new(
        id: DeliveryId,
        event: EventRef,
        endpoint: EndpointId,
        cause: Cause,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            account: event.account,
            event: event.id,
            endpoint,
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: now,
            last_status: 0,
            cause,
            object: event.object,
            account_seq: event.account_seq,
            ordered: false,
            log: Vec::new(),
            created_at: now,
        }
    }
}
