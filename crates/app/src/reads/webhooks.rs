use cardium_kernel::{AccountId, Book, EndpointId, EventId};
use cardium_webhooks::{Delivery, DeliveryState, EventProgress};

use crate::EventType;

/// Which deliveries to an endpoint.
#[derive(Debug, Clone)]
pub struct DeliveryFilter {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Of events of this type.
    pub kind: Option<EventType>,
    /// Of this event.
    pub event: Option<EventId>,
    /// Of events of this book.
    pub book: Option<Book>,
}

/// A delivery with the name of its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// The event's name.
    pub kind: String,
}

/// A stretch of an account's events, with how far they are on their way to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressStretch {
    /// The events, in their order.
    pub events: Vec<EventProgress>,
    /// The place of the account's last event; zero for none.
    pub last: i64,
}

/// An endpoint that something is to be done about.
pub type LaneOf = (EndpointId, AccountId);
