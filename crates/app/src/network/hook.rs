//! The operator's own say: asked between two commands, since no command waits on a network.
//!
//! The first command records that the request waits and holds nothing; the second decides afresh,
//! with the answer as one fact among the others, and takes the hold. Whatever happens in between,
//! a reversal, a freeze, other spending, is seen by the second. It may run twice, once by whoever
//! asked and once by whoever clears up after a restart: the exchange's record makes it one effect.

use cardium_authorizations::{
    ForeignAmount, HookAnswer, Merchant, NewPending, PendingAuthorization, Trace, Transaction,
    TransactionKind,
};
use cardium_cards::{Card, Channel};
use cardium_kernel::{
    AccountId, AuthorizationId, Book, CardId, Change, MessageId, Money, Timestamp,
};

use super::{
    asked::{Asked, Charge},
    authorize::{Authorize, Considered},
    frame::Settled,
};
use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase,
};

/// What a request's decision has to do with the operator's endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hook {
    /// There is none.
    None,
    /// It is to be asked before an approval.
    Ask(Ask),
    /// This came of asking it, or of the stand-in rule.
    Said(HookAnswer),
}

/// How to ask, and to ask again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The edge's own record of the request, from which it makes the second command after a
    /// restart: no PAN, CVV, track data or PIN block.
    pub record: Vec<u8>,
    /// When an answer is late.
    pub expires_at: Timestamp,
    /// When whoever asks has had its answer, or does without, though it waited for the write path
    /// first: from then on others may decide.
    pub deadline: Timestamp,
}

/// What the endpoint is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The exchange; a question has no other name.
    pub id: MessageId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// The authorization that an approval opens or raises.
    pub authorization: AuthorizationId,
    /// What is asked for.
    pub kind: TransactionKind,
    /// What an approval would hold or post, fee included.
    pub amount: Money,
    /// The fee in it.
    pub fee: Money,
    /// What the merchant asks, where that is another currency than the card's.
    pub merchant_amount: Option<ForeignAmount>,
    /// Who asks.
    pub merchant: Merchant,
    /// How the card was presented.
    pub channel: Channel,
    /// The programme's own checks, all passed.
    pub checks: Trace,
    /// When the answer is late.
    pub expires_at: Timestamp,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Authorized {
    /// It is answered.
    Settled(Box<Settled>),
    /// The programme would approve: ask, then decide with what was [`Hook::Said`].
    Ask(Box<Question>),
    /// It was asked for before and waits: look again for the answer.
    Wait,
}

impl Authorized {
    pub(super) fn settled(settled: Settled) -> Self {
        Self::Settled(Box::new(settled))
    }
}

impl Authorize {
    /// The earlier row of the request; none where no endpoint is involved.
    pub(super) fn find_pending(
        &self,
        unit: &mut Unit<'_>,
    ) -> Result<Option<PendingAuthorization>, CommandError> {
        match self.hook {
            Hook::None => Ok(None),
            Hook::Ask(_) | Hook::Said(_) => Ok(unit.tx.find_pending(self.exchange.id())?),
        }
    }

    /// Lets the request wait, and says what to ask.
    pub(super) fn wait(
        &self,
        unit: &mut Unit<'_>,
        (ask, card): (&Ask, &Card),
        (asked, charge): (&Asked, Charge),
        considered: Considered,
    ) -> CommandResult<Authorized> {
        let raised = considered.raised.map(|raised| raised.id);
        let checks = considered.decision.trace;
        let question = Question {
            id: self.exchange.id(),
            account: card.account,
            card: card.id,
            book: card.book,
            authorization: raised.unwrap_or(self.id),
            kind: raised.map_or(self.kind(), |_| TransactionKind::Increment),
            amount: charge.total,
            fee: charge.fee,
            merchant_amount: asked.merchant_amount.clone(),
            merchant: self.exchange.merchant.clone(),
            channel: self.request.channel,
            checks: checks.clone(),
            expires_at: ask.expires_at,
        };
        let new = NewPending {
            id: question.id,
            account: card.account,
            card: card.id,
            authorization: self.id,
            asked: charge.total,
            request: ask.record.clone(),
            preliminary: checks,
            deadline: ask.deadline,
        };
        let earlier = self.find_pending(unit)?;
        let pending = PendingAuthorization::open(new, earlier.as_ref(), unit.now());
        unit.tx.save_pending(pending)?;
        Ok(Ending::Done(Authorized::Ask(Box::new(question))))
    }

    /// No more than the endpoint was asked for: money that came meanwhile was not in its question.
    pub(super) fn bounded(
        &self,
        unit: &mut Unit<'_>,
        asked: &Asked,
        (charge, in_part): (Charge, bool),
    ) -> Result<(Charge, bool), CommandError> {
        let Hook::Said(HookAnswer::Approved) = self.hook else { return Ok((charge, in_part)) };
        match self.find_pending(unit)? {
            Some(pending) if pending.asked.minor() < charge.total.minor() => {
                let rate = unit.policy().conversion_fee;
                Ok((asked.charge_within(pending.asked, rate)?, true))
            }
            _ => Ok((charge, in_part)),
        }
    }

    /// Ends the wait of a request that is decided, by this command or by another before it.
    pub(super) fn end_wait(
        &self,
        unit: &mut Unit<'_>,
        ending: Ending<Settled>,
    ) -> CommandResult<Settled> {
        let Some(mut pending) = self.find_pending(unit)? else { return Ok(ending) };
        let transaction = ending.inner().transaction.as_ref().map(|transaction| transaction.id);
        match pending.finish(transaction) {
            Change::AlreadyApplied => Ok(ending),
            Change::Applied => {
                unit.tx.save_pending(pending)?;
                Ok(Ending::Done(ending.into_inner()))
            }
        }
    }
}

/// Tells subscribers that the endpoint answered after the decision; says whether it did so now.
#[derive(Debug, Clone)]
pub struct NoteLateHook {
    /// The exchange.
    pub id: MessageId,
    /// The step that its decision left.
    pub transaction: Transaction,
}

impl UseCase for NoteLateHook {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        let sequence = RowKey::Sequence(self.transaction.account);
        Hints::rows([RowKey::PendingAuthorization(self.id), sequence])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        let left = Some(self.transaction.id);
        let found = unit.tx.find_pending(self.id)?;
        let Some(mut pending) = found.filter(|pending| pending.transaction == left) else {
            return Ok(Ending::Preview(false));
        };
        match pending.answer_late() {
            Change::AlreadyApplied => Ok(Ending::Preview(false)),
            Change::Applied => {
                unit.tx.save_pending(pending)?;
                let snapshot = Snapshot::Transaction(self.transaction.clone());
                unit.emit(EventType::TransactionHookLate, snapshot)?;
                Ok(Ending::Done(true))
            }
        }
    }
}

/// Ends the wait of a request whose record cannot be read any more; nobody was answered, so the
/// network asks again or takes back.
#[derive(Debug, Clone)]
pub struct GiveUpPending {
    /// The exchange.
    pub id: MessageId,
}

impl UseCase for GiveUpPending {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::PendingAuthorization(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if let Some(mut pending) = unit.tx.find_pending(self.id)?
            && pending.finish(None) == Change::Applied
        {
            unit.tx.save_pending(pending)?;
        }
        Ok(Ending::Done(()))
    }
}
