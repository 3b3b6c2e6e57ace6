//! One case on its way through the real server, with the model beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    generate,
    messages::{Identity, own_code},
    model::{Flaw, Model},
    steps::{Case, Sent, Step},
};
use crate::support::{
    Client, Request,
    customer::{cents, dollars},
    items, text,
};

/// A case under way.
pub struct Player {
    seed: u64,
    case: Case,
    card: String,
    identity: Identity,
    model: Model,
    /// The first response to each message.
    responses: BTreeMap<u32, Value>,
    next: usize,
    /// Where code and model disagree, if they do.
    pub difference: Option<String>,
}

impl Player {
    /// Issues the card of a case.
    pub fn issue(client: &Client, seed: u64) -> Request {
        let funds = generate::case(seed).funds;
        let load = (funds > 0).then(|| dollars(funds));
        let card = json!({"type": "virtual", "bin": "489517", "load_usd": load});
        client.request(Method::POST, "/v1/cards").json(&card)
    }

    /// A case at its beginning, on this card.
    pub fn new((seed, number): (u64, u32), card: String, pan: String, flaw: Flaw) -> Self {
        let case = generate::case(seed);
        let model = Model::new(case.funds, flaw);
        let identity = Identity { pan, case: number };
        let (responses, next, difference) = (BTreeMap::new(), 0, None);
        Self { seed, case, card, identity, model, responses, next, difference }
    }

    /// Does what comes before the next message, and gives that; none at the end.
    pub fn next(&mut self, client: &Client) -> Option<Value> {
        while self.difference.is_none() {
            let step = self.case.steps.get(self.next)?.clone();
            match step {
                Step::Send(sent) => {
                    let code = self.quoted_code(&sent);
                    return Some(self.identity.message(&sent, code.as_deref()));
                }
                other => self.interfere(client, &other),
            }
            self.next += 1;
        }
        None
    }

    /// Whether a response is to the message of [`Self::next`].
    pub fn awaits(&self, response: &Value) -> bool {
        let Some(Step::Send(sent)) = self.case.steps.get(self.next) else { return false };
        response["37"] == self.identity.reference(sent.purchase).as_str()
            && response["11"] == format!("{:06}", sent.number).as_str()
    }

    /// Compares a response with what the model says.
    pub fn answered(&mut self, response: &Value) {
        let Some(Step::Send(sent)) = self.case.steps.get(self.next).cloned() else { return };
        let expected = self.model.receive(&sent);
        let got = response["39"].as_str().unwrap_or("none");
        if got != expected {
            self.differ(&format!("#{} is answered {got}, not {expected}", sent.number));
        }
        let first = self.responses.entry(sent.number).or_insert_with(|| response.clone());
        if expected != "94" && first != response {
            let (first, number) = (first.clone(), sent.number);
            self.differ(&format!("#{number} is answered {response} and before {first}"));
        }
        self.next += 1;
    }

    /// DE 38 that a message quotes.
    fn quoted_code(&self, sent: &Sent) -> Option<String> {
        let number = sent.quotes.code_of?;
        let response = self.responses.get(&number)?;
        if response["t"] == "0130" {
            return Some(own_code(number));
        }
        response["38"].as_str().map(str::to_owned)
    }

    fn interfere(&mut self, client: &Client, step: &Step) {
        let act = |name: &str, body: &Value| {
            let _card = client.post(&format!("/v1/cards/{}/{name}", self.card), body).expect(200);
        };
        match step {
            Step::Freeze | Step::Unfreeze => {
                let frozen = matches!(step, Step::Freeze);
                act(if frozen { "freeze" } else { "unfreeze" }, &json!({}));
                self.model.freeze(frozen);
            }
            Step::Load(cents) => {
                act("load", &json!({"amount_usd": dollars(*cents)}));
                self.model.load(*cents);
            }
            Step::Expire => {
                for id in self.authorizations(client) {
                    // What is closed already has nothing to lapse and is refused.
                    let _reply =
                        client.post(&format!("/v1/test/authorizations/{id}/expire"), &json!({}));
                }
                self.model.expire();
            }
            Step::Send(_) => {}
        }
    }

    fn authorizations(&self, client: &Client) -> BTreeSet<String> {
        let path = format!("/v1/cards/{}/transactions?limit=100", self.card);
        let steps = client.get(&path).expect(200);
        let ids = items(&steps).iter().filter_map(|step| step["authorization_id"].as_str());
        ids.map(str::to_owned).collect()
    }

    /// Compares what is left in the end: balance, holds, every authorization, and the debt, which
    /// shows by how much of a load the card swallows.
    pub fn compare(&mut self, client: &Client) {
        if self.difference.is_some() {
            return;
        }
        let expected = self.expected();
        let got = self.got(client);
        if got != expected {
            self.differ(&format!("in the end there is\n{got}instead of\n{expected}"));
            return;
        }
        let (owed, available) = (self.model.owed(), self.model.available());
        let body = json!({"amount_usd": dollars(owed + 100)});
        let loaded = client.post(&format!("/v1/cards/{}/load", self.card), &body).expect(200);
        let settled = cents(&loaded["receivable_settled_usd"]);
        let left = cents(&loaded["new_card_balance_usd"]);
        if (settled, left) != (owed, available + 100) {
            self.differ(&format!(
                "the card owes {settled}, not {owed}; after a load {left} is left"
            ));
        }
    }

    fn expected(&self) -> String {
        let (available, held) = (self.model.available(), self.model.held());
        let mut lines: Vec<_> = self
            .model
            .records
            .iter()
            .map(|record| {
                let amounts = [
                    record.authorized,
                    record.held,
                    record.advanced,
                    record.cleared,
                    record.refunded + record.excess,
                ];
                line(record.origin.as_str(), record.status(), amounts)
            })
            .collect();
        lines.sort();
        format!("  available {available} held {held}\n{}", lines.concat())
    }

    fn got(&self, client: &Client) -> String {
        let card = client.get(&format!("/v1/cards/{}", self.card)).expect(200);
        let (available, held) = (cents(&card["available_usd"]), cents(&card["held_usd"]));
        let show = |id: &String| {
            let shown = client.get(&format!("/v1/authorizations/{id}")).expect(200);
            let fields = ["authorized", "held", "advanced", "cleared", "refunded"];
            let amounts = fields.map(|field| cents(&shown[&format!("{field}_usd")]));
            line(text(&shown, "origin"), text(&shown, "status"), amounts)
        };
        let mut lines: Vec<_> = self.authorizations(client).iter().map(show).collect();
        lines.sort();
        format!("  available {available} held {held}\n{}", lines.concat())
    }

    fn differ(&mut self, what: &str) {
        let mut story = format!(
            "CARDIUM_MODEL_SEED={} CARDIUM_MODEL_CASES=1: {what}\n  card with {}\n",
            self.seed, self.case.funds
        );
        for (at, step) in self.case.steps.iter().enumerate() {
            let here = if at == self.next { ">" } else { " " };
            writeln!(story, " {here}{step}").expect("text takes text");
        }
        self.difference.get_or_insert(story);
    }
}

fn line(origin: &str, status: &str, amounts: [i64; 5]) -> String {
    let [authorized, held, advanced, cleared, refunded] = amounts;
    format!(
        "  {origin} {status}: authorized {authorized} held {held} advanced {advanced} \
         cleared {cleared} refunded {refunded}\n"
    )
}
