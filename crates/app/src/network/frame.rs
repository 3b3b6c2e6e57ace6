//! How every exchange ends: its steps, its record, its answer.

use cardium_authorizations::{
    DeclineReason, Effect, ForeignAmount, MessageOutcome, NetworkMessage, Step, Trace, Transaction,
    TransactionKind,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, MessageId, Money, TransactionId};

use super::{
    asked::{Asked, usable},
    exchange::{Exchange, NetworkAnswer, NetworkReply, Replied},
};
use crate::{CommandError, CommandResult, Ending, EventType, Snapshot, Unit};

/// What came of a message.
#[derive(Debug, Clone)]
pub struct Settled {
    /// What goes back on the wire.
    pub reply: Replied,
    /// The step it left; none for a repeat, an unknown card, or where nothing changed.
    pub transaction: Option<Transaction>,
}

/// What is known of a message before it is dealt with.
pub(super) enum Opening<'a> {
    /// It was answered before.
    Answered(Settled),
    /// It is new; the card, if one bears the PAN.
    Fresh(Frame<'a>, Option<Card>),
}

/// A new message under way.
pub(super) struct Frame<'a> {
    pub(super) exchange: &'a Exchange,
    /// Where its record goes.
    pub(super) place: MessageId,
    /// What an earlier reversal of it left, where one came first.
    pub(super) reversed: Option<Reversed>,
}

/// What a reversal left of a message that comes after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reversed {
    /// DE 95; none where the message was taken back as a whole.
    pub(super) remaining: Option<Money>,
}

impl Reversed {
    /// How much of what the message posts stays.
    pub(super) fn stays(self) -> Money {
        self.remaining.unwrap_or(Money::usd(0))
    }
}

/// A step to append.
#[derive(Debug, Clone)]
pub(super) struct NewStep {
    pub(super) step: Step,
    pub(super) kind: TransactionKind,
    pub(super) amount: Money,
    pub(super) fee: Money,
    pub(super) merchant_amount: Option<ForeignAmount>,
    pub(super) authorization: Option<AuthorizationId>,
    pub(super) decline: Option<DeclineReason>,
}

impl NewStep {
    /// A step of an authorization.
    pub(super) fn of(
        authorization: AuthorizationId,
        (step, kind): (Step, TransactionKind),
        amount: Money,
    ) -> Self {
        let fee = Money::zero(amount.currency());
        let authorization = Some(authorization);
        Self { step, kind, amount, fee, merchant_amount: None, authorization, decline: None }
    }

    pub(super) fn with_fee(self, fee: Money, merchant_amount: Option<ForeignAmount>) -> Self {
        Self { fee, merchant_amount, ..self }
    }
}

/// What a message did, for its record.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) steps: Vec<NewStep>,
    pub(super) authorization: Option<AuthorizationId>,
    pub(super) effect: Option<Effect>,
    pub(super) fee: Option<Money>,
    pub(super) decision: Option<Trace>,
}

impl Exchange {
    /// Posts what a clearing or a refund tells: a repeat, an advice of what its request did
    /// already, an unknown card and an unusable amount are dealt with, the rest is `post`'s.
    pub(super) fn post_with(
        &self,
        unit: &mut Unit<'_>,
        amount: &Result<Asked, DeclineReason>,
        post: impl FnOnce(&mut Unit<'_>, &Frame<'_>, &Card, &Asked) -> CommandResult<Settled>,
    ) -> CommandResult<Settled> {
        let (frame, card) = match self.open(unit)? {
            Opening::Answered(settled) => return Ok(Ending::Preview(settled)),
            Opening::Fresh(frame, card) => (frame, card),
        };
        if let Some(told) = self.find_told(unit)? {
            return frame.conclude(unit, None, &NetworkAnswer::Accepted, told);
        }
        match (card, usable(amount)) {
            (None, _) => frame.refuse(unit, DeclineReason::UnknownCard),
            (Some(_), Err(reason)) => frame.refuse(unit, reason),
            (Some(card), Ok(asked)) => post(unit, &frame, &card, asked),
        }
    }
}

impl Frame<'_> {
    /// Appends the steps with their events, records the exchange with its answer, and gives the
    /// answer with the first step.
    pub(super) fn conclude(
        &self,
        unit: &mut Unit<'_>,
        card: Option<&Card>,
        answer: &NetworkAnswer,
        outcome: Outcome,
    ) -> CommandResult<Settled> {
        let reply = (self.exchange.encode)(answer);
        let mut first = None;
        if let Some(card) = card {
            for step in outcome.steps.clone() {
                let appended = self.append(unit, card, step, &reply.response_code)?;
                first = first.or(Some(appended));
            }
        }
        unit.tx.insert_message(self.record(unit, &reply, outcome))?;
        Ok(Ending::Done(Settled { reply: Replied::Bytes(reply.bytes), transaction: first }))
    }

    /// Refuses a message of which nothing comes.
    pub(super) fn refuse(
        &self,
        unit: &mut Unit<'_>,
        reason: DeclineReason,
    ) -> CommandResult<Settled> {
        self.conclude(unit, None, &NetworkAnswer::Declined(reason), Outcome::default())
    }

    fn record(&self, unit: &Unit<'_>, reply: &NetworkReply, outcome: Outcome) -> NetworkMessage {
        NetworkMessage {
            id: self.place,
            mti: self.exchange.mti.clone(),
            fingerprint: self.exchange.fingerprint,
            authorization: outcome.authorization,
            effect: outcome.effect,
            fee: outcome.fee.unwrap_or(Money::usd(0)),
            decision: outcome.decision,
            fields: reply.fields.clone(),
            outcome: MessageOutcome::Answered(reply.bytes.clone()),
            created_at: unit.now(),
        }
    }

    fn append(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        step: NewStep,
        response_code: &str,
    ) -> Result<Transaction, CommandError> {
        let transaction = Transaction {
            id: TransactionId::new(unit.ids.mint()),
            account: card.account,
            card: card.id,
            book: card.book,
            authorization: step.authorization,
            step: step.step,
            kind: step.kind,
            amount: step.amount,
            fee: step.fee,
            merchant_amount: step.merchant_amount,
            merchant: self.exchange.merchant.clone(),
            response_code: response_code.to_owned(),
            decline: step.decline,
            message: Some(self.place),
            created_at: unit.now(),
        };
        append_transaction(unit, transaction)
    }
}

/// Appends a step with its event.
pub(super) fn append_transaction(
    unit: &mut Unit<'_>,
    transaction: Transaction,
) -> Result<Transaction, CommandError> {
    unit.tx.insert_transaction(transaction.clone())?;
    unit.emit(event_of(transaction.step), Snapshot::Transaction(transaction.clone()))?;
    Ok(transaction)
}

const fn event_of(step: Step) -> EventType {
    match step {
        Step::Authorized => EventType::TransactionAuthorized,
        Step::Captured => EventType::TransactionCaptured,
        Step::Refunded => EventType::TransactionRefunded,
        Step::Declined => EventType::TransactionDeclined,
        Step::Reversed => EventType::TransactionReversed,
    }
}
