//! A request that waits for what the operator's own endpoint says.
//!
//! Invariants: it holds nothing and answers nobody; it is finished once, by whoever decided the
//! request; a late answer is noted at most once, after that. It says how to ask again after a
//! restart, in the words of the network's edge, and nothing of the card's number.

use cardium_kernel::{
    AccountId, AuthorizationId, CardId, Change, MessageId, Money, Timestamp, TransactionId,
};

use crate::Trace;

/// How far a waiting request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingState {
    /// The endpoint was asked, nothing is decided.
    Waiting,
    /// The request was decided.
    Finished,
    /// It was decided without the endpoint, whose answer came afterwards and was dropped.
    AnsweredLate,
}

impl PendingState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Finished, Self::AnsweredLate];

    /// The state's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::AnsweredLate => "answered_late",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What is known of a waiting request; only commands of [`PendingAuthorization`] change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRecord {
    /// The exchange that waits.
    pub id: MessageId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card.
    pub card: CardId,
    /// The id of the authorization, should it be approved.
    pub authorization: AuthorizationId,
    /// What the endpoint was asked for, fee included: its yes is good for no more.
    pub asked: Money,
    /// The edge's own record of the request: no PAN, CVV, track data or PIN block.
    pub request: Vec<u8>,
    /// The programme's own checks, all passed, as the endpoint was shown them.
    pub preliminary: Trace,
    /// From when on others than who asked may decide.
    pub deadline: Timestamp,
    /// How far it is.
    pub state: PendingState,
    /// The step that the decision left; none while it waits.
    pub transaction: Option<TransactionId>,
    /// When the endpoint was asked.
    pub created_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to let a request wait.
#[derive(Debug, Clone)]
pub struct NewPending {
    /// The exchange.
    pub id: MessageId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card.
    pub card: CardId,
    /// The id of the authorization, should it be approved.
    pub authorization: AuthorizationId,
    /// What the endpoint was asked for, fee included: its yes is good for no more.
    pub asked: Money,
    /// The edge's own record of the request.
    pub request: Vec<u8>,
    /// The programme's own checks.
    pub preliminary: Trace,
    /// From when on others than who asked may decide.
    pub deadline: Timestamp,
}

/// A request that waits for the operator's endpoint, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingAuthorization(PendingRecord);

impl std::ops::Deref for PendingAuthorization {
    type Target = PendingRecord;

    fn deref(&self) -> &PendingRecord {
        &self.0
    }
}

impl PendingAuthorization {
    /// A row read back from storage.
    #[must_use]
    pub const fn restore(record: PendingRecord) -> Self {
        Self(record)
    }

    /// Lets a request wait; in the place of an earlier row of the same exchange, where one was
    /// given up.
    #[must_use]
    pub fn open(new: NewPending, earlier: Option<&Self>, now: Timestamp) -> Self {
        Self(PendingRecord {
            id: new.id,
            account: new.account,
            card: new.card,
            authorization: new.authorization,
            asked: new.asked,
            request: new.request,
            preliminary: new.preliminary,
            deadline: new.deadline,
            state: PendingState::Waiting,
            transaction: None,
            created_at: now,
            version: earlier.map_or(0, |earlier| earlier.version).saturating_add(1),
        })
    }

    /// Whether nothing is decided yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.state == PendingState::Waiting
    }

    /// Notes that the request was decided, and the step it left.
    pub fn finish(&mut self, transaction: Option<TransactionId>) -> Change {
        if !self.is_waiting() {
            return Change::AlreadyApplied;
        }
        self.0.transaction = transaction;
        self.enter(PendingState::Finished)
    }

    /// Notes that the endpoint answered after the decision.
    pub fn answer_late(&mut self) -> Change {
        match self.state {
            PendingState::Finished => self.enter(PendingState::AnsweredLate),
            PendingState::Waiting | PendingState::AnsweredLate => Change::AlreadyApplied,
        }
    }

    fn enter(&mut self, state: PendingState) -> Change {
        self.0.state = state;
        self.0.version = self.version.saturating_add(1);
        Change::Applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> PendingAuthorization {
        let new = NewPending {
            id: MessageId::new(1),
            account: AccountId::new(2),
            card: CardId::new(3),
            authorization: AuthorizationId::new(4),
            asked: Money::usd(100),
            request: vec![1],
            preliminary: Trace::default(),
            deadline: Timestamp::from_unix_seconds(2),
        };
        PendingAuthorization::open(new, None, Timestamp::EPOCH)
    }

    #[test]
    fn it_is_finished_once() {
        let mut pending = waiting();
        let first = Some(TransactionId::new(5));
        assert_eq!(pending.finish(first), Change::Applied);
        assert_eq!(pending.finish(Some(TransactionId::new(6))), Change::AlreadyApplied);
        assert_eq!((pending.transaction, pending.version), (first, 2));
        assert!(!pending.is_waiting());
    }

    #[test]
    fn a_late_answer_counts_once_and_only_after_the_decision() {
        let mut pending = waiting();
        assert_eq!(pending.answer_late(), Change::AlreadyApplied);
        assert!(pending.is_waiting());
        pending.finish(None);
        assert_eq!(pending.answer_late(), Change::Applied);
        assert_eq!(pending.answer_late(), Change::AlreadyApplied);
        assert_eq!((pending.state, pending.version), (PendingState::AnsweredLate, 3));
    }

    #[test]
    fn every_state_has_a_word_of_its_own() {
        for state in PendingState::ALL {
            assert_eq!(PendingState::parse(state.as_str()), Some(state));
        }
        assert_eq!(PendingState::parse("done"), None);
    }
}
