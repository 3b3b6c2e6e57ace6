use cardium_authorizations::{
    Authorization, Decided, Decision, DeclineReason, HookAnswer, RequestKind, Step,
    TransactionKind, decide,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, Money};
use cardium_ledger::LedgerAccountId;

use super::{
    approve::Approval,
    asked::{Asked, Charge, Request},
    exchange::{Exchange, NetworkAnswer},
    facts::Surroundings,
    frame::{Frame, NewStep, Opening, Outcome, Settled},
    matching::{self, find_raised},
    spending::{count_tries, velocity},
};
use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase, cards::available};

/// What an approval does with the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posting {
    /// Holds it, for a clearing to come (0100).
    Hold,
    /// Posts it at once (0200).
    Post,
}

/// Decides a request (0100, 0200) and holds or posts the money where it approves.
#[derive(Clone)]
pub struct Authorize {
    /// The message.
    pub exchange: Exchange,
    /// The id of the authorization, should it be approved; also that of its hold.
    pub id: AuthorizationId,
    /// What it asks for.
    pub request: Request,
    /// What an approval does with the money.
    pub posting: Posting,
    /// What the operator's own endpoint said.
    pub hook: HookAnswer,
}

/// A request with all that its decision took into account.
pub(super) struct Considered {
    pub(super) decision: Decision,
    pub(super) raised: Option<Authorization>,
    pub(super) charge: Charge,
}

impl UseCase for Authorize {
    type Output = Settled;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.exchange.hints().with_authorization(self.id);
        matching::trace(&self.exchange).into_iter().fold(hints, Hints::with_name)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Settled> {
        let (frame, card) = match self.exchange.open(unit)? {
            Opening::Answered(settled) => return Ok(Ending::Preview(settled)),
            Opening::Fresh(frame, card) => (frame, card),
        };
        let Some(card) = card else {
            return frame.refuse(unit, DeclineReason::UnknownCard);
        };
        let asked = match (frame.reversed, &self.request.amount) {
            (Some(_), _) => Err(DeclineReason::ReversedBefore),
            (None, Ok(asked)) => Ok(asked),
            (None, Err(reason)) => Err(*reason),
        };
        match asked {
            Ok(asked) => self.settle(unit, &frame, &card, asked),
            Err(reason) => self.decline(unit, &frame, &card, (reason, None)),
        }
    }
}

impl Authorize {
    fn settle(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        asked: &Asked,
    ) -> CommandResult<Settled> {
        let considered = self.consider(unit, card, asked)?;
        let velocity = velocity(unit, card)?;
        count_tries(unit, card, velocity, self.request.cvv)?;
        let (charge, in_part) = match considered.decision.decided {
            Decided::Declined(reason) => {
                let trace = Some(considered.decision.trace);
                return self.decline(unit, frame, card, (reason, trace));
            }
            Decided::Approved(_) => (considered.charge, false),
            Decided::ApprovedInPart(available) => {
                let rate = unit.policy().conversion_fee;
                (asked.charge_within(available, rate)?, true)
            }
        };
        if !self.request.kind.moves_money() || self.request.kind == RequestKind::Credit {
            return self.acknowledge(unit, frame, card, (asked, considered.decision));
        }
        let approval = Approval { authorize: self, frame, card, asked, charge };
        let (answer, outcome) = approval.grant(unit, considered, in_part)?;
        frame.conclude(unit, Some(card), &answer, outcome)
    }

    /// Decides on the facts of this very transaction.
    pub(super) fn consider(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        asked: &Asked,
    ) -> Result<Considered, CommandError> {
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let spends = matches!(self.request.kind, RequestKind::Purchase | RequestKind::Cash);
        let raised = match self.posting {
            Posting::Hold if spends => find_raised(unit, &self.exchange, card)?,
            Posting::Hold | Posting::Post => None,
        };
        let velocity = velocity(unit, card)?;
        let surroundings = Surroundings {
            card,
            velocity: &velocity,
            available: available(unit, LedgerAccountId::card(card.id))?,
            merchant: (&self.exchange.merchant.mcc, &self.exchange.merchant.id),
            raised: raised.as_ref(),
            now: unit.now(),
        };
        let facts = surroundings.facts(&self.request, charge.total, self.hook)?;
        Ok(Considered { decision: decide(&facts), raised, charge })
    }

    /// Answers what moves no money yet: a verification, an inquiry, the announcement of a refund.
    fn acknowledge(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        (asked, decision): (&Asked, Decision),
    ) -> CommandResult<Settled> {
        let approval_code = cardium_authorizations::approval_code(self.id);
        let answer = match self.request.kind {
            RequestKind::BalanceInquiry => self.balance(unit, card, approval_code)?,
            _ => NetworkAnswer::Approved { approval_code },
        };
        let amount = match self.request.kind {
            RequestKind::Credit => asked.billing,
            _ => Money::zero(asked.billing.currency()),
        };
        let step = NewStep {
            authorization: None,
            merchant_amount: asked.merchant_amount.clone(),
            ..NewStep::of(self.id, (Step::Authorized, self.kind()), amount)
        };
        let outcome =
            Outcome { steps: vec![step], decision: Some(decision.trace), ..Outcome::default() };
        frame.conclude(unit, Some(card), &answer, outcome)
    }

    fn balance(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        approval_code: String,
    ) -> Result<NetworkAnswer, CommandError> {
        let account = unit.tx.find_ledger_account(LedgerAccountId::card(card.id))?;
        let (available, posted) = match account {
            Some(account) => (account.available()?, account.posted),
            None => (Money::usd(0), Money::usd(0)),
        };
        Ok(NetworkAnswer::Balance { approval_code, available, posted })
    }

    fn decline(
        &self,
        unit: &mut Unit<'_>,
        frame: &Frame<'_>,
        card: &Card,
        (reason, decision): (DeclineReason, Option<cardium_authorizations::Trace>),
    ) -> CommandResult<Settled> {
        let asked = self.request.amount.as_ref().ok();
        let charge = asked.map(|asked| asked.charge(unit.policy().conversion_fee)).transpose()?;
        let zero = Money::usd(0);
        let (amount, fee) = charge.map_or((zero, zero), |charge| (charge.total, charge.fee));
        let step = NewStep {
            authorization: None,
            decline: Some(reason),
            ..NewStep::of(self.id, (Step::Declined, self.kind()), amount)
        };
        let merchant_amount = asked.and_then(|asked| asked.merchant_amount.clone());
        let steps = vec![step.with_fee(fee, merchant_amount)];
        let outcome = Outcome { steps, decision, ..Outcome::default() };
        frame.conclude(unit, Some(card), &NetworkAnswer::Declined(reason), outcome)
    }

    /// What kind of step the request leaves, unless it raises an authorization.
    pub(super) const fn kind(&self) -> TransactionKind {
        match (self.request.kind, self.posting) {
            (RequestKind::Verification, _) => TransactionKind::AccountVerification,
            (RequestKind::BalanceInquiry, _) => TransactionKind::BalanceInquiry,
            (RequestKind::Credit, _) => TransactionKind::CreditAuthorization,
            (RequestKind::Purchase | RequestKind::Cash, Posting::Post) => {
                TransactionKind::SingleMessage
            }
            (RequestKind::Cash, Posting::Hold) => TransactionKind::Cash,
            (RequestKind::Purchase, Posting::Hold) => TransactionKind::Purchase,
        }
    }
}
