use cardium_authorizations::{
    Authorization, DeclineReason, Effect, Quote, Step, TransactionKind, find_original,
};
use cardium_cards::Card;
use cardium_kernel::AuthorizationId;

use super::{
    approve::new_authorization,
    asked::{Asked, Charge},
    books::book_refund,
    exchange::{Exchange, NetworkAnswer},
    frame::{Frame, NewStep, Outcome, Reversed, Settled},
    undo::undo_refund,
};
use crate::{
    CommandError, CommandResult, Context, Hints, NaturalKey, Unit, UseCase,
    cards::settle_and_sweep, disputes::absorb_refund,
};

/// Gives back what a merchant refunds (0200 or 0220, DE 3 = 20). It is linked to its purchase
/// where that is known, also where it is more than that; else it stands alone.
#[derive(Clone)]
pub struct Refund {
    /// The message.
    pub exchange: Exchange,
    /// The id of the record that an unlinked refund opens.
    pub id: AuthorizationId,
    /// How much, or why it cannot be told.
    pub amount: Result<Asked, DeclineReason>,
    /// DE 38 of the purchase, where the message quotes it.
    pub approval_code: Option<String>,
}

impl UseCase for Refund {
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

impl Refund {
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
        // No fee: what the merchant gives back is not spending.
        let amount = asked.billing;
        let mut authorization = self.get_authorization(unit, card, (asked, frame.reversed))?;
        authorization.refund(amount, unit.now())?;
        let zero = amount.minus(amount)?;
        book_refund(unit, card, &authorization, Charge { total: amount, fee: zero })?;
        let step = (Step::Refunded, TransactionKind::Refund);
        let step = NewStep::of(authorization.id, step, amount)
            .with_fee(zero, asked.merchant_amount.clone());
        let mut outcome = Outcome {
            steps: vec![step],
            authorization: Some(authorization.id),
            effect: Some(Effect::Refunded(amount)),
            ..Outcome::default()
        };
        if let Some(reversed) = frame.reversed {
            outcome.steps.extend(undo_refund(
                unit,
                card,
                &mut authorization,
                (amount, reversed.stays()),
            )?);
            outcome.effect = None;
        }
        unit.tx.save_authorization(authorization)?;
        let settled = frame.conclude(unit, Some(card), &NetworkAnswer::Accepted, outcome)?;
        settle_and_sweep(unit, card)?;
        Ok(settled)
    }

    fn get_authorization(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        (asked, reversed): (&Asked, Option<Reversed>),
    ) -> Result<Authorization, CommandError> {
        let found = find_original(unit.tx, card.id, &self.quote(), (None, unit.now()))?;
        if let Some(mut found) = found.filter(|found| found.cleared.is_positive()) {
            let stays = reversed.map_or(asked.billing, Reversed::stays);
            absorb_refund(unit, card, &mut found, stays)?;
            return Ok(found);
        }
        let new = new_authorization(&self.exchange, card, (self.id, asked.billing), None);
        Ok(Authorization::unlinked_refund(new, unit.now()))
    }
}
