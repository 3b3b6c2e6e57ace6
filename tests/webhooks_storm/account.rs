use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::receiver::{Arrival, Unreliable};
use crate::support::{Process, customer::Customer};

/// A subscription: what it wants, and what came of it.
pub struct Subscription {
    pub id: String,
    pub receiver: Unreliable,
    secret: String,
    /// Only events of this name, where set.
    pub wants: Option<&'static str>,
    /// Whether events of one object come one after the other.
    pub ordered: bool,
}

impl Subscription {
    pub fn make(customer: &Customer, wants: Option<&'static str>, ordered: bool) -> Self {
        let receiver = Unreliable::start();
        let events = wants.map_or(json!("*"), |name| json!([name]));
        let body = json!({"url": receiver.url, "events": events});
        let made = customer.post("/v1/webhooks", &body);
        let text = |name: &str| made[name].as_str().expect("it is text").to_owned();
        Self { id: text("id"), secret: text("signing_secret"), receiver, wants, ordered }
    }
}

/// What came to a subscription, as far as it was taken: each event with its first arrival.
pub struct Record {
    /// In the order in which they were first taken: sequence number, object and body.
    pub first: Vec<(i64, String, Value)>,
    /// Arrivals beyond the first that was taken.
    pub duplicates: usize,
    pub faults: Vec<String>,
}

impl Record {
    /// Reads arrivals as a customer would; what is not signed by us is a fault.
    pub fn read(subscription: &Subscription, arrivals: &[Arrival]) -> Self {
        let mut record = Self { first: Vec::new(), duplicates: 0, faults: Vec::new() };
        let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for arrival in arrivals {
            let event = arrival.header("cryptocardium-event-id").to_owned();
            if !is_signed(arrival, &subscription.secret) {
                record.faults.push(format!("{event} at {} is forged", subscription.id));
                continue;
            }
            if !arrival.taken {
                continue;
            }
            let body: Value = serde_json::from_slice(&arrival.body).expect("what we signed");
            match seen.insert(event.clone(), arrival.body.clone()) {
                None => {
                    let place = body["account_seq"].as_i64().expect("it is a number");
                    let object = body["data"]["object"]["id"].as_str().unwrap_or("").to_owned();
                    record.first.push((place, object, body));
                }
                Some(earlier) => {
                    record.duplicates += 1;
                    if earlier != arrival.body {
                        record.faults.push(format!("{event} came as two different bodies"));
                    }
                }
            }
        }
        record.judge(subscription);
        record
    }

    fn judge(&mut self, subscription: &Subscription) {
        if let Some(name) = subscription.wants {
            for (place, _, body) in &self.first {
                if body["type"] != json!(name) {
                    self.faults.push(format!("event {place} was not asked for"));
                }
            }
        }
        if subscription.ordered {
            let mut last: BTreeMap<&str, i64> = BTreeMap::new();
            for (place, object, _) in &self.first {
                let before = last.insert(object, *place).unwrap_or(0);
                if before > *place {
                    self.faults.push(format!("event {place} of {object} came after {before}"));
                }
            }
        }
    }

    /// The sequence numbers.
    pub fn places(&self) -> BTreeSet<i64> {
        self.first.iter().map(|(place, ..)| *place).collect()
    }
}

fn is_signed(arrival: &Arrival, secret: &str) -> bool {
    let signature = arrival.header("cryptocardium-signature");
    let Some((at, signed)) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(','))
    else {
        return false;
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(format!("{at}.").as_bytes());
    mac.update(&arrival.body);
    let digest: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    signed == format!("v1={digest}")
}

/// A customer with cards that are frozen and unfrozen, and three subscriptions.
pub struct Account {
    pub customer: Customer,
    pub cards: Vec<String>,
    pub subscriptions: Vec<Subscription>,
    /// Its last event that no subscription wants, because it came before them.
    pub before: i64,
}

impl Account {
    pub fn open(process: &Process) -> Self {
        let customer = Customer::sign_up(process);
        let cards: Vec<_> = (0..16).map(|_| customer.issue().id).collect();
        let subscriptions = vec![
            Subscription::make(&customer, None, false),
            Subscription::make(&customer, None, true),
            Subscription::make(&customer, Some("card.frozen"), false),
        ];
        Self { customer, cards, subscriptions, before: 0 }
    }

    /// What is wrong with what came, where `last` is the number of the account's last event.
    pub fn faults(&self, arrivals: &[Vec<Arrival>], last: i64) -> (Vec<String>, usize) {
        let (mut faults, mut duplicates) = (Vec::new(), 0);
        let mut frozen = BTreeSet::new();
        for (subscription, arrivals) in self.subscriptions.iter().zip(arrivals) {
            let record = Record::read(subscription, arrivals);
            let places = record.places();
            let expected: BTreeSet<i64> = match subscription.wants {
                None => (self.before + 1..=last).collect(),
                Some(_) => frozen.clone(),
            };
            let of = &subscription.id;
            faults.extend(expected.difference(&places).map(|at| format!("{at} is lost at {of}")));
            faults.extend(places.difference(&expected).map(|at| format!("{at} at {of} never was")));
            if subscription.wants.is_none() {
                let named = |body: &Value| body["type"] == json!("card.frozen");
                let of_name = record.first.iter().filter(|(.., body)| named(body));
                frozen.extend(of_name.map(|(place, ..)| *place));
            }
            duplicates += record.duplicates;
            faults.extend(record.faults);
        }
        (faults, duplicates)
    }

    pub fn arrivals(&self) -> Vec<Vec<Arrival>> {
        self.subscriptions.iter().map(|one| one.receiver.arrivals()).collect()
    }
}
