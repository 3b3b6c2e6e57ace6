//! One authorization in plain integers, and how a message finds it.

use super::{model::Model, steps::Sent};

/// Which message a record began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Request,
    Advice,
    SingleMessage,
    ForcePost,
    Refund,
}

impl Origin {
    /// The API's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Advice => "advice",
            Self::SingleMessage => "single_message",
            Self::ForcePost => "force_post",
            Self::Refund => "refund",
        }
    }
}

/// What became of a purchase.
#[derive(Debug, Clone)]
pub struct Record {
    pub origin: Origin,
    pub authorized: i64,
    pub held: i64,
    pub advanced: i64,
    pub cleared: i64,
    pub refunded: i64,
    /// What merchants gave back beyond what was cleared.
    pub excess: i64,
    /// What of the clearings was taken back after merchants had given it back.
    withheld: i64,
    lapsed: bool,
    purchase: u32,
    traced: bool,
    /// The trace number that it was opened with.
    stan: u32,
}

impl Record {
    pub fn new(sent: &Sent, origin: Origin, authorized: i64) -> Self {
        Self {
            origin,
            authorized,
            held: 0,
            advanced: 0,
            cleared: 0,
            refunded: 0,
            excess: 0,
            withheld: 0,
            lapsed: false,
            purchase: sent.purchase,
            traced: sent.quotes.trace,
            stan: sent.quotes.numbers_of.unwrap_or(sent.number),
        }
    }

    pub fn is_open(&self) -> bool {
        self.held + self.advanced > 0
    }

    pub fn is_traced_as(&self, purchase: u32) -> bool {
        self.traced && self.purchase == purchase
    }

    /// What it took from the card, holds left aside.
    pub fn spent(&self) -> i64 {
        self.cleared - self.refunded - self.excess + self.advanced
    }

    pub fn refundable(&self) -> i64 {
        (self.cleared - self.refunded).max(0)
    }

    pub fn status(&self) -> &'static str {
        match (self.is_open(), self.cleared > 0 || self.excess > 0, self.lapsed) {
            (true, ..) => "open",
            (false, true, _) => "cleared",
            (false, false, true) => "expired",
            (false, false, false) => "reversed",
        }
    }

    pub fn expire(&mut self) {
        (self.held, self.advanced) = (0, 0);
        self.lapsed = self.cleared == 0;
    }

    pub fn clear(&mut self, cents: i64, more_to_come: bool) {
        let from_hold = self.held.min(cents);
        self.held -= from_hold;
        self.advanced -= self.advanced.min(cents - from_hold);
        self.cleared += cents;
        self.lapsed = false;
        if !more_to_come {
            (self.held, self.advanced) = (0, 0);
        }
    }

    /// Takes a clearing back, as far as a merchant has not refunded it already; the rest makes up
    /// for the reversal of a refund.
    pub fn unclear(&mut self, cents: i64) {
        let taken = cents.min(self.cleared - self.withheld);
        let back = taken.min(self.refundable());
        self.withheld += taken - back;
        self.forget_cleared(back);
    }

    pub fn refund(&mut self, cents: i64) {
        let linked = cents.min(self.refundable());
        self.refunded += linked;
        self.excess += cents - linked;
    }

    pub fn unrefund(&mut self, cents: i64) {
        let beyond = cents.min(self.excess);
        let linked = (cents - beyond).min(self.refunded);
        let made_up = linked.min(self.withheld);
        self.excess -= beyond;
        self.refunded -= linked;
        self.withheld -= made_up;
        self.forget_cleared(made_up);
    }

    fn forget_cleared(&mut self, cents: i64) {
        self.cleared -= cents;
        if self.origin != Origin::ForcePost {
            self.authorized = (self.authorized - cents).max(0);
        }
    }

    /// Lowers what is authorized; what is owed for it goes first.
    pub fn reverse_to(&mut self, total: i64) {
        self.authorized = self.authorized.min(total.max(0));
        let target = (self.authorized - self.cleared).max(0);
        let excess = (self.held + self.advanced - target).max(0);
        let from_advanced = excess.min(self.advanced);
        self.advanced -= from_advanced;
        self.held -= excess - from_advanced;
    }

    fn is_similar(&self, cents: i64) -> bool {
        (self.authorized - cents).abs() * 5 <= self.authorized
    }
}

impl Model {
    /// The record that a later message is about: by the network trace, else the approval code,
    /// else the reference numbers, else an amount within a fifth. The first of these that fits
    /// any record decides.
    pub fn find(&self, sent: &Sent, similar_to: Option<i64>) -> Option<usize> {
        let coded = sent.quotes.code_of.and_then(|number| self.codes.get(&number));
        let coded = coded.filter(|at| self.records[**at].purchase == sent.purchase);
        let known = |record: &Record| record.origin != Origin::Refund;
        let traced = |record: &Record| {
            known(record) && sent.quotes.trace && record.is_traced_as(sent.purchase)
        };
        if self.records.iter().any(traced) {
            return self.sole(traced);
        }
        if let Some(at) = coded {
            return Some(*at);
        }
        let here = |record: &Record| known(record) && record.purchase == sent.purchase;
        let stan = sent.quotes.numbers_of.unwrap_or(sent.number);
        let numbered = |record: &Record| here(record) && record.stan == stan;
        if self.records.iter().any(numbered) {
            return self.sole(numbered);
        }
        let similar = |record: &Record, cents| record.is_open() && record.is_similar(cents);
        self.sole(|record| here(record) && similar_to.is_some_and(|cents| similar(record, cents)))
    }

    /// The one record that fits; of several, the only one that is open.
    pub fn sole(&self, fits: impl Fn(&Record) -> bool) -> Option<usize> {
        let all = self.records.iter().enumerate().filter(|(_, record)| fits(record));
        let all: Vec<_> = all.collect();
        let open: Vec<_> = all.iter().filter(|(_, record)| record.is_open()).collect();
        match (all.as_slice(), open.as_slice()) {
            ([(at, _)], _) | (_, [(at, _)]) => Some(*at),
            _ => None,
        }
    }
}
