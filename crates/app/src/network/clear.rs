use cardium_authorizations::{
    Authorization, DeclineReason, Effect, Finality, Quote, Step, TransactionKind, find_original,
};
use cardium_cards::Card;
use cardium_kernel::AuthorizationId;

use super::{
    approve::new_authorization,
    asked::{Asked, Charge},
    books::book_clearing,
    exchange::{Exchange, NetworkAnswer},
    frame::{Frame, NewStep, Outcome, Settled},
    spending::save_counted,
    undo::undo_clearing,
};
use crate::{CommandResult, Context, Hints, NaturalKey, Unit, UseCase, cards::settle_and_sweep};

/// Posts a clearing (0220): it is never declined for funds. What the card cannot cover becomes
/// a receivable.
#[derive(Clone)]
pub struct Clear {
    /// The advice.
    pub exchange: Exchange,
    /// The id of the authorization that a force post opens.
    pub id: AuthorizationId,
    /// How much, or why it cannot be told.
    pub amount: Result<Asked, DeclineReason>,
    /// DE 38, the code we approved with, where the advice quotes it.
    pub approval_code: Option<String>,
    /// Whether others follow.
    pub finality: Finality,
}

impl UseCase for Clear {
    type Output = Settled;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.exchange.hints().with_authorization(self.id);
        let names = self.quote().names().map(NaturalKey::Authorization);
        names.fold(hints, Hints::with_name)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Settled> {
        self.exchange.post_with(unit, &self.amount, |unit, frame, card, asked| {
            self.post(unit, frame, card, asked)
        })
    }
}

impl Clear {
    fn quote(&self) -> Quote<'_> {
        self.exchange.quote(self.approval_code.as_deref())
    }

    fn post(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        asked: &Asked,
    ) -> CommandResult<Settled> {
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let found =
            find_original(unit.tx, card.id, &self.quote(), (Some(charge.total), unit.now()))?;
        let mut authorization = match found {
            Some(found) => found,
            None => {
                let new = new_authorization(&self.exchange, card, (self.id, charge.total), None);
                Authorization::force_post(new, unit.now())
            }
        };
        book_clearing(unit, card, &mut authorization, charge, self.finality)?;
        let mut outcome = self.outcome(&authorization, asked, charge);
        if let Some(reversed) = frame.reversed {
            let back = undo_clearing(unit, card, &mut authorization, (charge, reversed.stays()))?;
            outcome.steps.extend(back);
            outcome.effect = None;
        }
        save_counted(unit, card, &mut authorization)?;
        let settled = frame.conclude(unit, Some(card), &NetworkAnswer::Accepted, outcome)?;
        settle_and_sweep(unit, card)?;
        Ok(settled)
    }

    fn outcome(&self, authorization: &Authorization, asked: &Asked, charge: Charge) -> Outcome {
        let forced = authorization.id == self.id;
        let kind = if forced { TransactionKind::ForcePost } else { TransactionKind::Clearing };
        let step = NewStep::of(authorization.id, (Step::Captured, kind), charge.total)
            .with_fee(charge.fee, asked.merchant_amount.clone());
        Outcome {
            steps: vec![step],
            authorization: Some(authorization.id),
            effect: Some(Effect::Cleared(charge.total)),
            fee: Some(charge.fee),
            decision: None,
        }
    }
}
