use cardium_authorizations::{
    Authorization, DeclineReason, Effect, Step, TransactionKind, find_raised,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, Money};
use cardium_ledger::LedgerAccountId;

use super::{
    approve::new_authorization,
    asked::{Asked, Charge, usable},
    books::{book_advance, sync_hold},
    exchange::{Exchange, NetworkAnswer},
    frame::{Frame, NewStep, Opening, Outcome, Settled},
    spending::save_counted,
    undo::{undo_authorization, with_fee},
};
use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, Unit, UseCase,
    cards::{available, settle_and_sweep},
};

/// What the network decided in our place (DE 39 of an advice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// It approved.
    Approved,
    /// It declined.
    Declined,
}

/// Records what the network decided in our place (0120): it has happened already, so what the
/// card cannot cover is owed. It is always accepted.
#[derive(Clone)]
pub struct Advise {
    /// The advice.
    pub exchange: Exchange,
    /// The id of the authorization it opens.
    pub id: AuthorizationId,
    /// How much, or why it cannot be told.
    pub amount: Result<Asked, DeclineReason>,
    /// DE 38, the code the network approved with.
    pub approval_code: Option<String>,
    /// What it decided.
    pub stand_in: StandIn,
}

impl UseCase for Advise {
    type Output = Settled;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.exchange.hints().with_authorization(self.id);
        let names = self.exchange.quote(None).names().map(NaturalKey::Authorization);
        names.fold(hints, Hints::with_name)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Settled> {
        let (frame, card) = match self.exchange.open(unit)? {
            Opening::Answered(settled) => return Ok(Ending::Preview(settled)),
            Opening::Fresh(frame, card) => (frame, card),
        };
        let Some(card) = card else {
            return frame.refuse(unit, DeclineReason::UnknownCard);
        };
        if let Some(told) = self.exchange.find_told(unit)? {
            return frame.conclude(unit, None, &NetworkAnswer::Accepted, told);
        }
        match (self.stand_in, usable(&self.amount)) {
            (_, Err(DeclineReason::InvalidAmount)) => self.note_question(unit, &frame, &card),
            (_, Err(reason)) => frame.refuse(unit, reason),
            (StandIn::Declined, Ok(asked)) => self.note_decline(unit, &frame, &card, asked),
            (StandIn::Approved, Ok(asked)) => self.take(unit, &frame, &card, asked),
        }
    }
}

impl Advise {
    fn take(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        asked: &Asked,
    ) -> CommandResult<Settled> {
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let (mut authorization, held) = self.open_or_raise(unit, card, charge.total)?;
        sync_hold(unit, card, &authorization)?;
        book_advance(unit, card, &authorization, charge.total.minus(held)?)?;
        let mut outcome = self.outcome(&authorization, asked, charge);
        if let Some(reversed) = frame.reversed {
            // As if it had come first: a total is that of the whole authorization.
            let total = match reversed.remaining {
                Some(total) => with_fee(charge, total)?,
                None => authorization.authorized.minus(charge.total)?,
            };
            outcome.steps.extend(undo_authorization(unit, card, &mut authorization, total)?);
            // What a total left may be taken back by another reversal.
            outcome.effect = outcome.effect.filter(|_| reversed.remaining.is_some());
        }
        save_counted(unit, card, &mut authorization)?;
        let settled = frame.conclude(unit, Some(card), &NetworkAnswer::Accepted, outcome)?;
        settle_and_sweep(unit, card)?;
        Ok(settled)
    }

    /// The authorization with the advice in it, and how much of the advice the card covers.
    fn open_or_raise(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Money,
    ) -> Result<(Authorization, Money), CommandError> {
        let now = unit.now();
        let held = available(unit, LedgerAccountId::card(card.id))?.min(amount)?;
        let raised = find_raised(unit.tx, card.id, &self.exchange.quote(None))?;
        if let Some(mut raised) = raised.filter(|raised| raised.takes_increment()) {
            raised.increment(amount, held, now)?;
            return Ok((raised, held));
        }
        let code = self.approval_code.clone();
        let new = new_authorization(&self.exchange, card, (self.id, amount), code);
        Ok((Authorization::advise(new, held, now)?, held))
    }

    fn outcome(&self, authorization: &Authorization, asked: &Asked, charge: Charge) -> Outcome {
        let effect = if authorization.id == self.id {
            Effect::Authorized(charge.total)
        } else {
            Effect::Incremented(charge.total)
        };
        let kind = (Step::Authorized, TransactionKind::Advice);
        let step = NewStep::of(authorization.id, kind, charge.total)
            .with_fee(charge.fee, asked.merchant_amount.clone());
        Outcome {
            steps: vec![step],
            authorization: Some(authorization.id),
            effect: Some(effect),
            fee: Some(charge.fee),
            decision: None,
        }
    }

    /// A question about no money that the network answered for us.
    fn note_question(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
    ) -> CommandResult<Settled> {
        let (step, decline) = match self.stand_in {
            StandIn::Approved => (Step::Authorized, None),
            StandIn::Declined => (Step::Declined, Some(DeclineReason::StandInDeclined)),
        };
        let kind = (step, TransactionKind::Advice);
        let step =
            NewStep { authorization: None, decline, ..NewStep::of(self.id, kind, Money::usd(0)) };
        let outcome = Outcome { steps: vec![step], ..Outcome::default() };
        frame.conclude(unit, Some(card), &NetworkAnswer::Accepted, outcome)
    }

    fn note_decline(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        asked: &Asked,
    ) -> CommandResult<Settled> {
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let kind = (Step::Declined, TransactionKind::Advice);
        let step = NewStep {
            authorization: None,
            decline: Some(DeclineReason::StandInDeclined),
            ..NewStep::of(self.id, kind, charge.total)
        };
        let step = step.with_fee(charge.fee, asked.merchant_amount.clone());
        let outcome = Outcome { steps: vec![step], ..Outcome::default() };
        frame.conclude(unit, Some(card), &NetworkAnswer::Accepted, outcome)
    }
}
