//! An endpoint for tests.

use cardium_kernel::{AccountId, Book, EndpointId, Metadata, Timestamp};

use crate::{Endpoint, EndpointStatus, EventFilter, Ordering, Payload};

/// An enabled endpoint that asks for live `card.issued`.
pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        id: EndpointId::new(1),
        account: AccountId::new(2),
        url: "https://a.example.com/".into(),
        events: EventFilter::Named(vec!["card.issued".into()]),
        mode: Some(Book::Live),
        description: String::new(),
        secret: Vec::new(),
        next_secret: None,
        payload: Payload::Full,
        ordering: Ordering::None,
        status: EndpointStatus::Enabled,
        disabled_by: None,
        warned_at: None,
        metadata: Metadata::default(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}
