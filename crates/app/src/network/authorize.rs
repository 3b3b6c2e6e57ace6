use cardium_authorizations::{
    Authorization, CardStanding, CvvCheck, DeclineReason, Facts, NewAuthorization, Step,
    Transaction, decide,
};
use cardium_cards::{Card, CardStatus, FreezeReason};
use cardium_kernel::{AuthorizationId, Money};
use cardium_ledger::{HoldId, LedgerAccountId, change_hold};
use cardium_vault::Expiry;

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase,
    network::{Exchange, NetworkAnswer, Replied, exchange::Earlier},
};

/// Decides an authorization request (0100) and holds the money where it approves.
#[derive(Clone)]
pub struct Authorize {
    /// The request.
    pub exchange: Exchange,
    /// The id of the authorization, should it be approved; also that of its hold.
    pub id: AuthorizationId,
    /// The billing amount, or why it cannot be one.
    pub amount: Result<Money, DeclineReason>,
    /// DE 14, where the request names it.
    pub expiry: Option<Expiry>,
    /// What came of checking the CVV2 at the edge.
    pub cvv: CvvCheck,
}

/// What came of an authorization request.
#[derive(Debug, Clone)]
pub struct Approved {
    /// What goes back on the wire.
    pub reply: Replied,
    /// The step it left; none for a repeat or an unknown card.
    pub transaction: Option<Transaction>,
}

impl UseCase for Authorize {
    type Output = Approved;

    fn hints(&self, _: &Context) -> Hints {
        self.exchange.hints().with_authorization(self.id)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Approved> {
        let earlier = self.exchange.replay(unit)?;
        if let Some(Earlier::Reply(reply)) = earlier {
            return Ok(Ending::Preview(Approved { reply, transaction: None }));
        }
        let reversed = earlier.is_some();
        let Some(card) = self.exchange.find_card(unit)? else {
            return self.decline_unknown(unit, reversed);
        };
        let (answer, amount) = match self.decide(unit, &card, reversed)? {
            Ok(amount) => (self.approve(unit, &card, amount)?, amount),
            Err(reason) => (NetworkAnswer::Declined(reason), self.shown_amount()),
        };
        self.conclude(unit, &card, &answer, amount, reversed)
    }
}

impl Authorize {
    fn decide(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        reversed: bool,
    ) -> Result<Result<Money, DeclineReason>, CommandError> {
        if reversed {
            return Ok(Err(DeclineReason::ReversedBefore));
        }
        let amount = match self.amount {
            Ok(amount) => amount,
            Err(reason) => return Ok(Err(reason)),
        };
        let balance = unit.tx.find_ledger_account(LedgerAccountId::card(card.id))?;
        let available = balance.map_or(Ok(Money::usd(0)), |balance| balance.available())?;
        let facts = Facts {
            standing: standing(card),
            expired: card.is_expired(unit.now()),
            expiry_differs: self.expiry.is_some_and(|expiry| expiry != card.expiry),
            cvv: self.cvv,
            amount,
            available,
        };
        Ok(decide(&facts).map(|()| amount))
    }

    fn approve(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Money,
    ) -> Result<NetworkAnswer, CommandError> {
        let new = NewAuthorization {
            id: self.id,
            account: card.account,
            card: card.id,
            book: card.book,
            retrieval_reference: self.exchange.retrieval_reference.clone(),
            amount,
            merchant: self.exchange.merchant.clone(),
        };
        let now = unit.now();
        let authorization = Authorization::approve(new, now);
        let approval_code = authorization.approval_code.clone();
        let account = LedgerAccountId::card(card.id);
        change_hold(unit.tx, HoldId::from(self.id), account, amount, now)?;
        unit.tx.save_authorization(authorization)?;
        Ok(NetworkAnswer::Approved { approval_code })
    }

    fn conclude(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        answer: &NetworkAnswer,
        amount: Money,
        reversed: bool,
    ) -> CommandResult<Approved> {
        let (step, decline, authorization) = match answer {
            NetworkAnswer::Declined(reason) => (Step::Declined, Some(*reason), None),
            _ => (Step::Authorized, None, Some(self.id)),
        };
        let reply = (self.exchange.encode)(answer);
        if reversed {
            // Its row already says that it was reversed; a repeat is declined alike.
            let reply = Replied::Bytes(reply.bytes);
            return Ok(Ending::Preview(Approved { reply, transaction: None }));
        }
        let code = (reply.response_code.as_str(), decline);
        let transaction =
            self.exchange.append_step(unit, card, (step, amount), authorization, code)?;
        self.exchange.record(unit, &reply, authorization, None)?;
        let reply = Replied::Bytes(reply.bytes);
        Ok(Ending::Done(Approved { reply, transaction: Some(transaction) }))
    }

    fn decline_unknown(&self, unit: &mut Unit<'_>, reversed: bool) -> CommandResult<Approved> {
        let answer = NetworkAnswer::Declined(DeclineReason::UnknownCard);
        let reply = (self.exchange.encode)(&answer);
        if !reversed {
            self.exchange.record(unit, &reply, None, None)?;
        }
        let reply = Replied::Bytes(reply.bytes);
        Ok(Ending::Done(Approved { reply, transaction: None }))
    }

    /// What a decline shows where the amount could not be read.
    fn shown_amount(&self) -> Money {
        self.amount.unwrap_or(Money::usd(0))
    }
}

fn standing(card: &Card) -> CardStanding {
    match (card.status, card.freeze_reason) {
        (CardStatus::Active, _) => CardStanding::Active,
        (CardStatus::Cancelled, _) => CardStanding::Closed,
        (CardStatus::Frozen, Some(FreezeReason::AwaitingActivation)) => CardStanding::NotActivated,
        (CardStatus::Frozen, _) => CardStanding::Frozen,
    }
}
