use std::sync::Arc;

use cardium_kernel::{AccountId, Book, EndpointId, EventId, Timestamp};
use cardium_webhooks::{Delivery, DeliveryState, Endpoint, EndpointStatus, EventProgress, Lane};

use crate::EventType;

/// Which webhook endpoints.
#[derive(Debug, Clone, Default)]
pub struct WebhookFilter {
    /// Enabled or disabled ones.
    pub status: Option<EndpointStatus>,
    /// Those that get events of this book alone.
    pub mode: Option<Book>,
    /// Those that get events of this book: what a key that is bound to it sees.
    pub seen_by: Option<Book>,
}

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

/// A committed event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event's id.
    pub id: EventId,
    /// Whose it is.
    pub account: AccountId,
    /// Its place in the account's sequence.
    pub account_seq: i64,
    /// Its name.
    pub kind: String,
    /// The object's version after it.
    pub object_version: i64,
    /// Its book.
    pub book: Book,
    /// The object as rendered when it happened (JSON).
    pub object: Vec<u8>,
    /// When it was committed.
    pub created_at: Timestamp,
}

/// A leased lane with what is due in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The lane.
    pub lane: Lane,
    /// What is to be sent, at most one delivery of an event, in the order in which it is due.
    pub dispatches: Vec<Dispatch>,
    /// Deliveries of events that are not kept any more, or that the endpoint may not be told of.
    pub gone: Vec<Delivery>,
}

/// A delivery with all that is needed to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// The delivery.
    pub delivery: Delivery,
    /// The event.
    pub event: StoredEvent,
    /// The endpoint, which all of a visit share.
    pub endpoint: Arc<Endpoint>,
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
