//! What an approval does: it opens or raises an authorization and takes the money.

use cardium_authorizations::{
    Authorization, Effect, Finality, NewAuthorization, Step, TransactionKind,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, Change, Money};

use super::{
    asked::{Asked, Charge},
    authorize::{Authorize, Considered, Posting},
    books::{book_clearing, sync_hold},
    exchange::{Exchange, NetworkAnswer},
    frame::{Frame, NewStep, Outcome},
    spending::save_counted,
};
use crate::{CommandError, Unit};

/// An approval under way.
pub(super) struct Approval<'a> {
    pub(super) authorize: &'a Authorize,
    pub(super) frame: &'a Frame<'a>,
    pub(super) card: &'a Card,
    pub(super) asked: &'a Asked,
    pub(super) charge: Charge,
}

impl Approval<'_> {
    pub(super) fn grant(
        &self,
        unit: &mut Unit<'_>,
        considered: Considered,
        in_part: bool,
    ) -> Result<(NetworkAnswer, Outcome), CommandError> {
        let raises = considered.raised.is_some();
        let mut authorization = match considered.raised {
            Some(mut raised) => {
                raised.increment(self.charge.total, self.charge.total, unit.now())?;
                raised
            }
            None => self.begin(unit),
        };
        match self.authorize.posting {
            Posting::Hold => sync_hold(unit, self.card, &authorization)?,
            Posting::Post => {
                book_clearing(unit, self.card, &mut authorization, self.charge, Finality::Last)?;
            }
        }
        save_counted(unit, self.card, &mut authorization)?;
        self.lock_to_merchant(unit)?;
        let approval_code = authorization.approval_code.clone();
        let billing = self.charge.total.minus(self.charge.fee)?;
        let answer = if in_part {
            NetworkAnswer::ApprovedInPart { approval_code, billing }
        } else {
            NetworkAnswer::Approved { approval_code }
        };
        let mut outcome = self.outcome(&authorization, raises);
        outcome.decision = Some(considered.decision.trace);
        Ok((answer, outcome))
    }

    fn begin(&self, unit: &Unit<'_>) -> Authorization {
        let exchange = self.frame.exchange;
        let new =
            new_authorization(exchange, self.card, (self.authorize.id, self.charge.total), None);
        match self.authorize.posting {
            Posting::Hold => Authorization::approve(new, unit.now()),
            Posting::Post => Authorization::single_message(new, unit.now()),
        }
    }

    fn outcome(&self, authorization: &Authorization, raises: bool) -> Outcome {
        let total = self.charge.total;
        let (step, kind, effect) = match (self.authorize.posting, raises) {
            (Posting::Post, _) => {
                (Step::Captured, TransactionKind::SingleMessage, Effect::Cleared(total))
            }
            (Posting::Hold, true) => {
                (Step::Authorized, TransactionKind::Increment, Effect::Incremented(total))
            }
            (Posting::Hold, false) => {
                (Step::Authorized, self.authorize.kind(), Effect::Authorized(total))
            }
        };
        let step = NewStep::of(authorization.id, (step, kind), total)
            .with_fee(self.charge.fee, self.asked.merchant_amount.clone());
        Outcome {
            steps: vec![step],
            authorization: Some(authorization.id),
            effect: Some(effect),
            fee: Some(self.charge.fee),
            decision: None,
        }
    }

    /// The first merchant that a locking card is approved at becomes its only one.
    fn lock_to_merchant(&self, unit: &mut Unit<'_>) -> Result<(), CommandError> {
        let mut card = self.card.clone();
        let merchant = &self.frame.exchange.merchant.id;
        match card.lock_to_merchant(merchant, unit.now()) {
            Change::Applied => {
                unit.audit(card.account, "card.merchant_locked", &card.id)?;
                Ok(unit.tx.save_card(card)?)
            }
            Change::AlreadyApplied => Ok(()),
        }
    }
}

/// What a message begins an authorization with.
pub(super) fn new_authorization(
    exchange: &Exchange,
    card: &Card,
    (id, amount): (AuthorizationId, Money),
    approval_code: Option<String>,
) -> NewAuthorization {
    NewAuthorization {
        id,
        account: card.account,
        card: card.id,
        book: card.book,
        approval_code,
        retrieval_reference: exchange.retrieval_reference.clone(),
        stan: exchange.stan.clone(),
        network_trace: exchange.network_trace.clone(),
        amount,
        merchant: exchange.merchant.clone(),
    }
}
