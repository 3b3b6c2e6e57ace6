//! Events: the objects in them are those of the REST answers.

use std::sync::Arc;

use cardium_app::{Snapshot, chain::AddressSource, event::EventRenderer, reads::StoredEvent};
use cardium_kernel::{EventId, Money, Timestamp};
use cardium_topups::{Asset, Network, Topup};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    account::AccountOut,
    card::CardOut,
    dispute::DisputeOut,
    qr,
    text::{Text, to_json},
    topup::{TopupFacts, TopupOut, amount_asset},
    transaction::TransactionOut,
    webhook::WebhookOut,
    withdrawal::WithdrawalOut,
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
            Snapshot::Webhook(endpoint) => to_json(&WebhookOut::new(endpoint, at)),
        }
    }
}

#[derive(Serialize)]
struct Data<'a> {
    object: &'a RawValue,
}

#[derive(Serialize)]
struct EventOut<'a> {
    id: Text<EventId>,
    object: &'static str,
    #[serde(rename = "type")]
    kind: &'a str,
    account_seq: i64,
    object_version: i64,
    mode: &'static str,
    created_at: Text<Timestamp>,
    data: Data<'a>,
}

/// The JSON of an event: the body of a webhook.
#[must_use]
pub fn event_body(event: &StoredEvent) -> Vec<u8> {
    let object = serde_json::from_slice(&event.object).unwrap_or(RawValue::NULL);
    to_json(&EventOut {
        id: Text(event.id),
        object: "event",
        kind: &event.kind,
        account_seq: event.account_seq,
        object_version: event.object_version,
        mode: event.book.as_str(),
        created_at: Text(event.created_at),
        data: Data { object },
    })
}

#[cfg(test)]
mod tests {
    use cardium_kernel::{AccountId, Book};

    use super::*;

    #[test]
    fn the_stored_object_goes_out_as_it_was_rendered() {
        let event = StoredEvent {
            id: EventId::new(1),
            account: AccountId::new(2),
            account_seq: 7,
            kind: "card.loaded".into(),
            object_version: 3,
            book: Book::Sandbox,
            object: br#"{"balance_usd":200.00}"#.to_vec(),
            created_at: Timestamp::from_unix_seconds(0),
        };
        let expected = concat!(
            r#"{"id":"evt_00000000000000000000000001","object":"event","type":"card.loaded","#,
            r#""account_seq":7,"object_version":3,"mode":"sandbox","#,
            r#""created_at":"1970-01-01T00:00:00Z","data":{"object":{"balance_usd":200.00}}}"#
        );
        assert_eq!(String::from_utf8(event_body(&event)).unwrap(), expected);
    }
}
