use std::net::SocketAddr;

use serde_json::{Value, json};

use super::journal::Journal;
use crate::support::{
    Line, Process,
    customer::{Card, Customer, Reply, cents, dollars},
    eventually, purchase, repeat,
};

/// What the treasury is filled up with, and below which amount, in cents.
const FILLING: i64 = 10_000_000;
const LOW: i64 = 2_000_000;
/// What each card gets at the start.
const FIRST: i64 = 500_000;
/// What each payment holds.
const PRICE: i64 = 137;

/// A load with its idempotency key.
#[derive(Debug, Clone)]
pub struct Load {
    key: String,
    card: usize,
    cents: i64,
}

/// A payment: the card, and the request as it was first sent.
pub type Payment = (usize, Value);

/// What the clients know, against which the server's books are held.
pub struct Books {
    customer: Customer,
    cards: Vec<Card>,
    issuer: SocketAddr,
    loads: Journal<Load, Reply>,
    payments: Journal<Payment, Value>,
    /// Entries of both journals that were there before the current round.
    earlier: (usize, usize),
    funded: i64,
}

impl Books {
    /// A customer with two cards, and money on both.
    pub fn open(process: &Process) -> Self {
        let mut books = Self {
            customer: Customer::sign_up(process),
            cards: Vec::new(),
            issuer: process.iso8583,
            loads: Journal::default(),
            payments: Journal::default(),
            earlier: (0, 0),
            funded: 0,
        };
        books.begin();
        // Cards are live once live money has come in.
        books.cards = vec![books.customer.issue(), books.customer.issue()];
        for card in 0..books.cards.len() {
            let load = Load { key: format!("first-{card}"), card, cents: FIRST };
            let reply = books.sent(&load);
            books.loads.note(load, Some(reply));
        }
        books
    }

    /// Begins a round with enough money for it.
    pub fn begin(&mut self) {
        if self.customer.treasury() < LOW {
            self.customer.fund(u32::try_from(FILLING / 100).expect("it is positive"));
            self.funded += FILLING;
        }
        self.earlier = (self.loads.len(), self.payments.len());
    }

    /// Goes on with a server that was started anew.
    pub fn move_to(&mut self, process: &Process) {
        self.customer = self.customer.at(process);
        self.issuer = process.iso8583;
    }

    /// Commands of this round, answered or not.
    pub fn round(&self) -> usize {
        let (loads, payments) = self.earlier;
        self.loads.len() - loads + self.payments.len() - payments
    }

    /// Loads cards until the server is gone.
    pub fn load_until_dead(&self, client: &str) {
        for number in 0_i64.. {
            let card = usize::from(number % 2 == 0);
            let load = Load { key: format!("{client}-{number}"), card, cents: 100 + number % 50 };
            match self.send(&load) {
                Ok(reply) if reply.status == 200 => self.loads.note(load, Some(reply)),
                // Whether an overloaded server has done it, its next answer tells.
                Ok(reply) if reply.status == 503 => self.loads.note(load, None),
                Ok(reply) => panic!("{load:?} is answered {reply:?}"),
                Err(_) => return self.loads.note(load, None),
            }
        }
    }

    /// Pays with cards until the server is gone. `stan` names the first payment.
    pub fn pay_until_dead(&self, stan: u32) {
        let Ok(mut line) = Line::signed_on(self.issuer) else { return };
        for number in 0_u32.. {
            let card = usize::from(number % 2 == 0);
            let request = purchase(&self.cards[card], PRICE, stan + number);
            let response = line.exchange(&request).ok();
            let alive = response.is_some();
            self.payments.note((card, request), response);
            if !alive {
                return;
            }
        }
    }

    /// Reads balances until the server is gone: none is ever negative (I2).
    pub fn watch_until_dead(&self) {
        for card in self.cards.iter().cycle() {
            let path = format!("/v1/cards/{}", card.id);
            let Ok(reply) = self.customer.send("GET", &path, None, None) else { return };
            let shown = reply.json();
            let amounts = ["available_usd", "held_usd"].map(|field| cents(&shown[field]));
            assert!(amounts.iter().all(|amount| *amount >= 0), "{shown}");
        }
    }

    /// Sends again what was never answered: each converges to an answer. Says how many.
    pub fn settle(&self) -> usize {
        let loads = self.loads.settle(|load| self.sent(load));
        let mut line = Line::signed_on(self.issuer).expect("the server is back");
        let payments = self
            .payments
            .settle(|(_, request)| line.exchange(&repeat(request)).expect("the server is back"));
        loads + payments
    }

    /// Where the server's books differ from what the clients know.
    pub fn faults(&self) -> Vec<String> {
        [self.unstable_loads(), self.unstable_payments(), self.wrong_balances()].concat()
    }

    /// Answers of this round that are not repeated byte by byte.
    fn unstable_loads(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (load, known) in self.loads.answered(self.earlier.0) {
            let again = self.sent(&load);
            if !again.replayed {
                faults.push(format!("{load:?} is not a replay: it was lost"));
            }
            if again.body != known.body {
                faults.push(format!("{load:?} is answered {again:?} after {known:?}"));
            }
        }
        faults
    }

    fn unstable_payments(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut line = Line::signed_on(self.issuer).expect("the server is back");
        for ((_, request), known) in self.payments.answered(self.earlier.1) {
            let again = line.exchange(&repeat(&request)).expect("the server is back");
            if again != known || again["39"] != "00" {
                faults.push(format!("{request} is answered {again} after {known}"));
            }
        }
        faults
    }

    /// The balances, recomputed from every answer since the beginning.
    fn wrong_balances(&self) -> Vec<String> {
        let mut cards = vec![(0, 0); self.cards.len()];
        let mut treasury = self.funded;
        for (load, reply) in self.loads.answered(0) {
            let shown = reply.json();
            let [loaded, fee] = ["loaded_usd", "rail_fee_usd"].map(|field| cents(&shown[field]));
            cards[load.card].0 += loaded;
            treasury -= loaded + fee;
        }
        for ((card, _), _) in self.payments.answered(0) {
            cards[card].0 -= PRICE;
            cards[card].1 += PRICE;
        }
        let mut faults = Vec::new();
        for (card, expected) in self.cards.iter().zip(cards) {
            let shown = self.customer.card_balance(card);
            if shown != expected {
                faults.push(format!("the card has {shown:?} and should have {expected:?}"));
            }
        }
        let shown = self.customer.treasury();
        if shown != treasury {
            faults.push(format!("the treasury has {shown} and should have {treasury}"));
        }
        faults
    }

    /// Notes a load as if it had been acknowledged.
    pub fn note_what_never_was(&self, key: &str) {
        let load = Load { key: key.to_owned(), card: 0, cents: 100 };
        let body = br#"{"loaded_usd":1.00,"rail_fee_usd":0.02}"#.to_vec();
        self.loads.note(load, Some(Reply { status: 200, replayed: false, body }));
    }

    /// Takes the last note of a load back.
    pub fn forget_last(&self) {
        self.loads.forget_last();
    }

    fn send(&self, load: &Load) -> Result<Reply, reqwest::Error> {
        let body = json!({"amount_usd": dollars(load.cents)});
        let path = self.cards[load.card].path("load");
        self.customer.send("POST", &path, Some(&body), Some(&load.key))
    }

    /// Sends until the server has room.
    fn sent(&self, load: &Load) -> Reply {
        eventually("an answer to a load", || {
            let reply = self.send(load).expect("the server is up");
            assert!([200, 503].contains(&reply.status), "{load:?} is answered {reply:?}");
            (reply.status == 200).then_some(reply)
        })
    }
}
