use std::sync::Arc;

use cardium_kernel::{AccountId, Book, EndpointId, EventId, Page, Timestamp};
use cardium_webhooks::{
    Delivery, DeliveryState, Endpoint, EndpointStatus, EventProgress, Lane, Patience,
};

use super::{ByCreation, ListQuery, ReadResult};
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

/// Queries about webhooks.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait WebhookReads {
    /// An account's webhook endpoint, and since when it fails, if it does.
    fn find_webhook(
        &self,
        account: AccountId,
        id: EndpointId,
    ) -> ReadResult<Option<(Endpoint, Option<Timestamp>)>>;
    /// An account's webhook endpoints, each with since when it fails, if it does.
    fn list_webhooks(
        &self,
        query: &ListQuery<WebhookFilter, ByCreation>,
    ) -> ReadResult<Page<(Endpoint, Option<Timestamp>)>>;
    /// The deliveries to an account's endpoint whose events are still kept.
    fn list_deliveries(
        &self,
        query: &ListQuery<DeliveryFilter, ByCreation>,
    ) -> ReadResult<Page<LoggedDelivery>>;
    /// The account's first `limit` events after a place, with how far they are on their way to one
    /// of its endpoints.
    fn webhook_progress(
        &self,
        endpoint: &Endpoint,
        after: i64,
        limit: i64,
    ) -> ReadResult<ProgressStretch>;
    /// Up to `limit` endpoints that have failed so long that something is due: a warning, or their
    /// end.
    fn failing_webhooks(
        &self,
        patience: Patience,
        now: Timestamp,
        limit: i64,
    ) -> ReadResult<Vec<LaneOf>>;
    /// Up to `limit` enabled endpoints that are to get something again.
    fn recovering_webhooks(&self, limit: i64) -> ReadResult<Vec<LaneOf>>;
    /// What is due in leased lanes, for each as much as its pace allows a visit; nothing where the
    /// endpoint is gone or disabled meanwhile.
    fn visits(&self, lanes: Vec<Lane>, now: Timestamp) -> ReadResult<Vec<Visit>>;
}
