//! Events: the objects in them are those of the REST answers.

use std::sync::Arc;

use cardium_app::{
    EventType, Snapshot, chain::AddressSource, event::EventRenderer, reads::StoredEvent,
};
use cardium_kernel::{Book, EventId, Money, Timestamp};
use cardium_topups::{Asset, Network, Topup};
use cardium_webhooks::Payload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    account::AccountOut,
    announcement::AnnouncementOut,
    approval::ApprovalOut,
    card::CardOut,
    dispute::DisputeOut,
    grant::GrantOut,
    qr,
    text::{Text, to_json},
    topup::{TopupFacts, TopupOut, amount_asset},
    transaction::TransactionOut,
    webhook::WebhookOut,
    withdrawal::WithdrawalOut,
    word::Word,
};

/// Shows objects: those whose wire form needs more than their record.
#[derive(Clone)]
pub struct Renderer {
    addresses: Arc<dyn AddressSource>,
    confirmations: Vec<(Network, u32)>,
}

impl Renderer {
    /// A renderer that knows how addresses are paid, and the confirmations that each chain
    /// takes to finality.
    #[must_use]
    pub fn new(addresses: Arc<dyn AddressSource>, confirmations: Vec<(Network, u32)>) -> Self {
        Self { addresses, confirmations }
    }

    /// What a wallet reads to pay this amount to this address.
    #[must_use]
    pub fn payment_uri(&self, route: (Network, Asset), address: &str, amount: Money) -> String {
        let (network, asset) = route;
        let amount = amount_asset(network, asset, amount);
        self.addresses.payment_uri(network, asset, address, &amount)
    }

    /// A top-up as lists and events show it.
    #[must_use]
    pub fn topup(&self, topup: &Topup) -> TopupOut {
        TopupOut::new(topup, self.facts(topup))
    }

    /// A top-up with an image of its QR code, made here.
    #[must_use]
    pub fn topup_with_qr(&self, topup: &Topup) -> TopupOut {
        let facts = self.facts(topup);
        let qr_data_uri = qr::data_uri(&facts.payment_uri);
        TopupOut::new(topup, TopupFacts { qr_data_uri, ..facts })
    }

    /// A top-up with an image of its QR code that was made before.
    #[must_use]
    pub fn topup_with_image(&self, topup: &Topup, qr_data_uri: Option<String>) -> TopupOut {
        let facts = self.facts(topup);
        TopupOut::new(topup, TopupFacts { qr_data_uri, ..facts })
    }

    fn facts(&self, topup: &Topup) -> TopupFacts {
        let route = (topup.network, topup.asset);
        let required = self.confirmations.iter().find(|(network, _)| *network == topup.network);
        TopupFacts {
            payment_uri: self.payment_uri(route, &topup.address, topup.amount),
            qr_data_uri: None,
            confirmations_required: required.map_or(0, |(_, required)| *required),
        }
    }
}

impl EventRenderer for Renderer {
    fn render(&self, snapshot: &Snapshot, at: Timestamp) -> Vec<u8> {
        match snapshot {
            Snapshot::Account(account) => to_json(&AccountOut::new(account)),
            Snapshot::Topup(topup) => to_json(&self.topup(topup)),
            Snapshot::Card(view) => to_json(&CardOut::from(view)),
            Snapshot::Transaction(transaction) => to_json(&TransactionOut::from(transaction)),
            Snapshot::Dispute(dispute) => to_json(&DisputeOut::from(dispute)),
            Snapshot::Withdrawal(withdrawal) => to_json(&WithdrawalOut::from(withdrawal)),
            Snapshot::Webhook(view) => to_json(&WebhookOut::new(view, at)),
            Snapshot::Grant(held) => {
                to_json(&GrantOut::new((&held.grant, &held.credential), None, at))
            }
            Snapshot::Approval(approval) => to_json(&ApprovalOut::new(approval, at)),
            Snapshot::Announcement(notice) => to_json(&AnnouncementOut::from(&notice.announcement)),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Data<'a> {
    /// The object as it was after the event, in the form of its own GET.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    object: &'a RawValue,
}

/// An event as it is shown: the body of a webhook.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventOut<'a> {
    id: Text<EventId>,
    #[schemars(extend("const" = "event"))]
    object: &'static str,
    /// The event's name.
    #[serde(rename = "type")]
    #[schemars(with = "Word<EventType>")]
    kind: &'a str,
    /// Its place in the account's events, without gaps.
    account_seq: i64,
    /// Rises with every change of the object.
    object_version: i64,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    created_at: Text<Timestamp>,
    data: Data<'a>,
}

impl<'a> From<&'a StoredEvent> for EventOut<'a> {
    fn from(event: &'a StoredEvent) -> Self {
        let object = serde_json::from_slice(&event.object).unwrap_or(RawValue::NULL);
        Self {
            id: Text(event.id),
            object: "event",
            kind: &event.kind,
            account_seq: event.account_seq,
            object_version: event.object_version,
            mode: event.book.as_str(),
            created_at: Text(event.created_at),
            data: Data { object },
        }
    }
}

/// The JSON of an event: the body of a webhook.
#[must_use]
pub fn event_body(event: &StoredEvent) -> Vec<u8> {
    to_json(&EventOut::from(event))
}

/// What an object is called.
#[derive(Default, Serialize, Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    object: Option<&'a RawValue>,
}

/// The body of a webhook with this payload: a thin one has the object's id and kind alone, and is
/// otherwise the same.
#[must_use]
pub fn webhook_body(event: &StoredEvent, payload: Payload) -> Vec<u8> {
    if payload == Payload::Full {
        return event_body(event);
    }
    let reference: Reference<'_> = serde_json::from_slice(&event.object).unwrap_or_default();
    let reference = serde_json::value::to_raw_value(&reference);
    let reference = reference.expect("two JSON values are an object");
    to_json(&EventOut { data: Data { object: &reference }, ..EventOut::from(event) })
}

#[cfg(test)]
mod tests {
    use cardium_kernel::AccountId;

    use super::*;

    fn event(object: &str) -> StoredEvent {
        StoredEvent {
            id: EventId::new(1),
            account: AccountId::new(2),
            account_seq: 7,
            kind: "card.loaded".into(),
            object_version: 3,
            book: Book::Sandbox,
            object: object.as_bytes().to_vec(),
            created_at: Timestamp::from_unix_seconds(0),
        }
    }

    #[test]
    fn a_thin_body_names_its_object_and_is_otherwise_the_same() {
        let full = event(r#"{"id":"card_1","object":"card","balance_usd":200.00}"#);
        assert_eq!(webhook_body(&full, Payload::Full), event_body(&full));
        let thin = event(r#"{"id":"card_1","object":"card"}"#);
        assert_eq!(webhook_body(&full, Payload::Thin), event_body(&thin));
        let nameless = event("5");
        let body = String::from_utf8(webhook_body(&nameless, Payload::Thin)).unwrap();
        assert!(body.ends_with(r#""data":{"object":{}}}"#), "{body}");
    }

    #[test]
    fn the_stored_object_goes_out_as_it_was_rendered() {
        let event = event(r#"{"balance_usd":200.00}"#);
        let expected = concat!(
            r#"{"id":"evt_00000000000000000000000001","object":"event","type":"card.loaded","#,
            r#""account_seq":7,"object_version":3,"mode":"sandbox","#,
            r#""created_at":"1970-01-01T00:00:00Z","data":{"object":{"balance_usd":200.00}}}"#
        );
        assert_eq!(String::from_utf8(event_body(&event)).unwrap(), expected);
    }
}
