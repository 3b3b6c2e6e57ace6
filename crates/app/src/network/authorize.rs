use cardium_authorizations::{
    Authorization, Decided, Decision, DeclineReason, HookAnswer, RequestKind, Step,
    TransactionKind, decide, find_raised,
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
    hook::{Ask, Authorized, Hook},
    mandate::grant_of,
    spending::{count_tries, velocity},
};
use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, RowKey, Unit, UseCase,
    cards::available,
};

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
    /// What the decision has to do with the operator's own endpoint.
    pub hook: Hook,
}

/// A request with all that its decision took into account.
pub(super) struct Considered {
    pub(super) decision: Decision,
    pub(super) raised: Option<Authorization>,
    pub(super) charge: Charge,
}

impl UseCase for Authorize {
    type Output = Authorized;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.exchange.hints().with_authorization(self.id);
        let hints = match self.hook {
            Hook::None => hints,
            Hook::Ask(_) | Hook::Said(_) => {
                hints.with(RowKey::PendingAuthorization(self.exchange.id()))
            }
        };
        let names = self.exchange.quote(None).names().map(NaturalKey::Authorization);
        names.fold(hints, Hints::with_name)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Authorized> {
        match &self.hook {
            Hook::None => Ok(self.answer(unit)?.map(Authorized::settled)),
            Hook::Ask(ask) => self.ask(unit, ask),
            Hook::Said(_) => {
                let ending = self.answer(unit)?;
                Ok(self.end_wait(unit, ending)?.map(Authorized::settled))
            }
        }
    }
}

/// A request that nothing but its decision can end.
struct Open<'a> {
    frame: Frame<'a>,
    card: Card,
    asked: &'a Asked,
}

impl Authorize {
    /// Answers, whether for the first time or again.
    fn answer(&self, unit: &mut Unit<'_>) -> CommandResult<Settled> {
        let (frame, card) = match self.exchange.open(unit)? {
            Opening::Answered(settled) => return Ok(Ending::Preview(settled)),
            Opening::Fresh(frame, card) => (frame, card),
        };
        match self.begin(unit, frame, card)? {
            Err(settled) => Ok(settled),
            Ok(open) => {
                let considered = self.consider(unit, &open.card, open.asked)?;
                self.settle(unit, &open, considered)
            }
        }
    }

    /// Answers what needs no say of the operator's, and lets everything else wait for it.
    fn ask(&self, unit: &mut Unit<'_>, ask: &Ask) -> CommandResult<Authorized> {
        let (frame, card) = match self.exchange.open(unit)? {
            Opening::Answered(settled) => {
                return Ok(Ending::Preview(Authorized::settled(settled)));
            }
            Opening::Fresh(frame, card) => (frame, card),
        };
        if self.find_pending(unit)?.is_some_and(|pending| pending.is_waiting()) {
            return Ok(Ending::Preview(Authorized::Wait));
        }
        let open = match self.begin(unit, frame, card)? {
            Err(settled) => return Ok(settled.map(Authorized::settled)),
            Ok(open) => open,
        };
        let considered = self.consider(unit, &open.card, open.asked)?;
        let charge = match considered.decision.decided {
            Decided::Approved(_) if self.spends() => considered.charge,
            Decided::ApprovedInPart(available) if self.spends() => {
                open.asked.charge_within(available, unit.policy().conversion_fee)?
            }
            Decided::Approved(_) | Decided::ApprovedInPart(_) | Decided::Declined(_) => {
                return Ok(self.settle(unit, &open, considered)?.map(Authorized::settled));
            }
        };
        self.wait(unit, (ask, &open.card), (open.asked, charge), considered)
    }

    /// Settles what no decision is needed for.
    fn begin<'a>(
        &'a self,
        unit: &mut Unit<'_>,
        frame: Frame<'a>,
        card: Option<Card>,
    ) -> Result<Result<Open<'a>, Ending<Settled>>, CommandError> {
        let Some(card) = card else {
            return frame.refuse(unit, DeclineReason::UnknownCard).map(Err);
        };
        let asked = match (frame.reversed, &self.request.amount) {
            (Some(_), _) => Err(DeclineReason::ReversedBefore),
            (None, Ok(asked)) => Ok(asked),
            (None, Err(reason)) => Err(*reason),
        };
        match asked {
            Ok(asked) => Ok(Ok(Open { frame, card, asked })),
            Err(reason) => self.decline(unit, &frame, &card, (reason, None)).map(Err),
        }
    }

    fn settle(
        &self,
        unit: &mut Unit<'_>,
        open: &Open<'_>,
        considered: Considered,
    ) -> CommandResult<Settled> {
        let Open { frame, card, asked } = open;
        let velocity = velocity(unit, card)?;
        count_tries(unit, velocity, self.request.cvv)?;
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
        if !self.spends() {
            return self.acknowledge(unit, frame, card, (asked, considered.decision));
        }
        let (charge, in_part) = self.bounded(unit, asked, (charge, in_part))?;
        let approval = Approval { authorize: self, frame, card, asked, charge };
        let (answer, outcome) = approval.grant(unit, considered, in_part)?;
        frame.conclude(unit, Some(card), &answer, outcome)
    }

    /// Whether money is asked for; not for a question, nor for the announcement of a refund.
    const fn spends(&self) -> bool {
        matches!(self.request.kind, RequestKind::Purchase | RequestKind::Cash)
    }

    /// Decides on the facts of this very transaction.
    pub(super) fn consider(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        asked: &Asked,
    ) -> Result<Considered, CommandError> {
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let raised = match self.posting {
            Posting::Hold if self.spends() => {
                find_raised(unit.tx, card.id, &self.exchange.quote(None))?
            }
            Posting::Hold | Posting::Post => None,
        };
        let velocity = velocity(unit, card)?;
        let grant = grant_of(unit, card)?;
        let surroundings = Surroundings {
            card,
            velocity: &velocity,
            available: available(unit, LedgerAccountId::card(card.id))?,
            merchant: (&self.exchange.merchant.mcc, &self.exchange.merchant.id),
            grant: grant.as_ref(),
            raised: raised.as_ref(),
            now: unit.now(),
        };
        let hook = match self.hook {
            Hook::None | Hook::Ask(_) => HookAnswer::NotAsked,
            Hook::Said(answer) => answer,
        };
        let facts = surroundings.facts(&self.request, charge.total, hook)?;
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
