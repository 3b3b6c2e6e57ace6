//! The rules of card messages in plain integers, written down once more and as naively as
//! possible: a card is what was loaded, and a list of records. What it owes is never booked, it
//! follows from the sums.
//!
//! Deliberately absent: the ledger, limits, fees and everything that needs a clock.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    record::{Origin, Record},
    steps::{Kind, Sent},
};

/// A rule that the model gets wrong on purpose, to show that the comparison would notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Holds do not reduce what may be spent.
    IgnoresHolds,
    /// Reversals change nothing.
    ForgetsReversals,
    /// A reversal that came first is forgotten.
    ForgetsTombstones,
    /// Whatever is taken back can be taken back again.
    TakesBackTwice,
    /// Every clearing is the last.
    ReleasesEarly,
}

impl Flaw {
    /// All of them.
    pub const WRONG: [Self; 5] = [
        Self::IgnoresHolds,
        Self::ForgetsReversals,
        Self::ForgetsTombstones,
        Self::TakesBackTwice,
        Self::ReleasesEarly,
    ];
}

/// What a message did, so that a reversal can take it back.
#[derive(Debug, Clone, Copy)]
enum Effect {
    Authorized(i64),
    Cleared(i64),
    Refunded(i64),
}

/// One card.
pub struct Model {
    loaded: i64,
    frozen: bool,
    flaw: Flaw,
    pub records: Vec<Record>,
    /// The amount and the answer of each message that came.
    answered: BTreeMap<u32, (i64, &'static str)>,
    effects: BTreeMap<u32, (usize, Effect)>,
    /// The records that the approval codes of messages name.
    pub codes: BTreeMap<u32, usize>,
    /// Messages that were reversed before they came, and what their first reversal left.
    tombstones: BTreeMap<u32, Option<i64>>,
    taken_back: BTreeSet<u32>,
}

impl Model {
    /// A card with this much on it.
    pub fn new(loaded: i64, flaw: Flaw) -> Self {
        Self {
            loaded,
            frozen: false,
            flaw,
            records: Vec::new(),
            answered: BTreeMap::new(),
            effects: BTreeMap::new(),
            codes: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            taken_back: BTreeSet::new(),
        }
    }

    pub fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    pub fn load(&mut self, cents: i64) {
        self.loaded += cents;
    }

    pub fn expire(&mut self) {
        self.records.iter_mut().filter(|record| record.is_open()).for_each(Record::expire);
    }

    /// What is held.
    pub fn held(&self) -> i64 {
        self.records.iter().map(|record| record.held).sum()
    }

    /// What the card would have if nothing were held; below zero if it owes.
    fn net(&self) -> i64 {
        self.loaded - self.records.iter().map(Record::spent).sum::<i64>()
    }

    /// What may be spent.
    pub fn available(&self) -> i64 {
        match self.flaw {
            Flaw::IgnoresHolds => self.net().max(0),
            _ => (self.net() - self.held()).max(0),
        }
    }

    /// What the card owes.
    pub fn owed(&self) -> i64 {
        (self.held() - self.net()).max(0)
    }

    /// DE 39 of the answer to a message.
    pub fn receive(&mut self, sent: &Sent) -> &'static str {
        if let Some((cents, answer)) = self.answered.get(&sent.number) {
            return if *cents == sent.cents { answer } else { "94" };
        }
        let answer = self.act(sent);
        self.answered.insert(sent.number, (sent.cents, answer));
        answer
    }

    fn act(&mut self, sent: &Sent) -> &'static str {
        let late = self.tombstones.get(&sent.number).copied();
        let late = late.filter(|_| self.flaw != Flaw::ForgetsTombstones);
        match (sent.kind, late) {
            (Kind::Request | Kind::Single, Some(_)) => return "05",
            (Kind::Request, None) => return self.request(sent),
            (Kind::Single, None) => return self.single(sent),
            (Kind::Reversal { original, remaining, .. }, _) => self.reverse(original, remaining),
            (_, late) => {
                self.post(sent);
                if let Some(remaining) = late {
                    self.take_back(sent.number, remaining);
                    // Of an advice that a total was left of, the rest may still be taken back.
                    if sent.kind != Kind::Advice || remaining.is_none() {
                        self.effects.remove(&sent.number);
                    }
                }
            }
        }
        "00"
    }

    fn request(&mut self, sent: &Sent) -> &'static str {
        if let Some(code) = self.refusal(sent.cents) {
            return code;
        }
        if sent.cents > 0 {
            self.authorize(sent, sent.cents, Origin::Request);
        }
        "00"
    }

    fn single(&mut self, sent: &Sent) -> &'static str {
        if let Some(code) = self.refusal(sent.cents) {
            return code;
        }
        let at = self.open(Record::new(sent, Origin::SingleMessage, sent.cents));
        self.records[at].cleared = sent.cents;
        self.codes.insert(sent.number, at);
        self.effects.insert(sent.number, (at, Effect::Cleared(sent.cents)));
        "00"
    }

    fn refusal(&self, cents: i64) -> Option<&'static str> {
        if self.frozen {
            return Some("62");
        }
        (cents > self.available()).then_some("51")
    }

    /// What happens without asking: an advice, a clearing, a refund.
    fn post(&mut self, sent: &Sent) {
        let more = sent.kind == Kind::EarlyClearing && self.flaw != Flaw::ReleasesEarly;
        match sent.kind {
            Kind::Advice => {
                let held = self.available().min(sent.cents);
                self.authorize(sent, held, Origin::Advice);
            }
            Kind::Refund => self.refund(sent),
            _ => self.clear(sent, more),
        }
    }

    fn clear(&mut self, sent: &Sent, more: bool) {
        let found = self.find(sent, Some(sent.cents));
        let at = found.unwrap_or_else(|| self.open(Record::new(sent, Origin::ForcePost, 0)));
        self.records[at].clear(sent.cents, more);
        self.effects.insert(sent.number, (at, Effect::Cleared(sent.cents)));
    }

    /// Opens an authorization, or raises the one open one with the same network trace.
    fn authorize(&mut self, sent: &Sent, held: i64, origin: Origin) {
        let raised = self.sole(|record| sent.quotes.trace && record.is_traced_as(sent.purchase));
        let raised = raised.filter(|at| self.records[*at].is_open());
        let at = raised.unwrap_or_else(|| self.open(Record::new(sent, origin, 0)));
        // An advice brings a code of its own, which a record that it raises does not take over.
        if origin == Origin::Request || raised.is_none() {
            self.codes.insert(sent.number, at);
        }
        let record = &mut self.records[at];
        record.authorized += sent.cents;
        record.held += held;
        record.advanced += sent.cents - held;
        self.effects.insert(sent.number, (at, Effect::Authorized(sent.cents)));
    }

    fn refund(&mut self, sent: &Sent) {
        let found = self.find(sent, None);
        let found = found.filter(|at| self.records[*at].cleared > 0);
        let at = found.unwrap_or_else(|| self.open(Record::new(sent, Origin::Refund, 0)));
        self.records[at].refund(sent.cents);
        self.effects.insert(sent.number, (at, Effect::Refunded(sent.cents)));
    }

    fn open(&mut self, record: Record) -> usize {
        self.records.push(record);
        self.records.len() - 1
    }

    fn reverse(&mut self, original: u32, remaining: Option<i64>) {
        if self.flaw == Flaw::ForgetsReversals {
            return;
        }
        if self.answered.contains_key(&original) {
            self.take_back(original, remaining);
        } else {
            self.tombstones.entry(original).or_insert(remaining);
        }
    }

    fn take_back(&mut self, original: u32, remaining: Option<i64>) {
        let Some((at, effect)) = self.effects.get(&original).copied() else { return };
        let in_part = matches!(effect, Effect::Authorized(_)) && remaining.is_some();
        let again = !in_part && !self.taken_back.insert(original);
        if again && self.flaw != Flaw::TakesBackTwice {
            return;
        }
        let (record, left) = (&mut self.records[at], remaining.unwrap_or(0));
        match (effect, remaining) {
            (Effect::Authorized(_), Some(total)) => record.reverse_to(total),
            (Effect::Authorized(cents), None) => record.reverse_to(record.authorized - cents),
            (Effect::Cleared(cents), _) => record.unclear((cents - left).max(0)),
            (Effect::Refunded(cents), _) => record.unrefund((cents - left).max(0)),
        }
    }
}
