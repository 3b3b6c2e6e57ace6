use cardium_authorizations::{
    Authorization, AuthorizationMatch, AuthorizationStatus, DeclineReason, NewAuthorization, Step,
    Transaction,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, Money};
use cardium_ledger::{
    HoldId, LedgerAccountId, Role, Source, book_posting, open_or_default, recipes, release_hold,
};

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, Unit, UseCase,
    cards::settle_and_sweep,
    network::{Exchange, NetworkAnswer, Replied, exchange::Earlier},
};

/// Posts a clearing (0220): it is never declined for funds. What the card cannot cover becomes
/// a receivable.
#[derive(Clone)]
pub struct Clear {
    /// The advice.
    pub exchange: Exchange,
    /// The id of the authorization that a force post opens.
    pub id: AuthorizationId,
    /// The billing amount, or why it cannot be one.
    pub amount: Result<Money, DeclineReason>,
    /// DE 38, the code we approved with, where the advice quotes it.
    pub approval_code: Option<String>,
}

/// What came of a clearing.
#[derive(Debug, Clone)]
pub struct Cleared {
    /// What goes back on the wire.
    pub reply: Replied,
    /// The step it left; none for a repeat or an unknown card.
    pub transaction: Option<Transaction>,
}

impl UseCase for Clear {
    type Output = Cleared;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.exchange.hints().with_authorization(self.id);
        match self.matching() {
            Some(key) => hints.with_name(NaturalKey::Approval(key)),
            None => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Cleared> {
        match self.exchange.replay(unit)? {
            None => {}
            Some(Earlier::Reply(reply)) => {
                return Ok(Ending::Preview(Cleared { reply, transaction: None }));
            }
            // Its reversal came first: the two cancel out.
            Some(Earlier::ReversedFirst) => {
                let reply = (self.exchange.encode)(&NetworkAnswer::Accepted);
                let reply = Replied::Bytes(reply.bytes);
                return Ok(Ending::Preview(Cleared { reply, transaction: None }));
            }
        }
        let card = self.exchange.find_card(unit)?;
        let amount = self.amount.and_then(|amount| {
            if amount.is_positive() { Ok(amount) } else { Err(DeclineReason::InvalidAmount) }
        });
        let (card, amount) = match (card, amount) {
            (Some(card), Ok(amount)) => (card, amount),
            (None, _) => return self.refuse(unit, DeclineReason::UnknownCard),
            (_, Err(reason)) => return self.refuse(unit, reason),
        };
        let mut authorization = self.get_authorization(unit, &card, amount)?;
        self.post(unit, &card, &mut authorization, amount)?;
        let reply = (self.exchange.encode)(&NetworkAnswer::Accepted);
        let id = Some(authorization.id);
        let step = (Step::Captured, amount);
        let code = (reply.response_code.as_str(), None);
        let transaction = self.exchange.append_step(unit, &card, step, id, code)?;
        self.exchange.record(unit, &reply, id, Some(amount))?;
        settle_and_sweep(unit, &card)?;
        let reply = Replied::Bytes(reply.bytes);
        Ok(Ending::Done(Cleared { reply, transaction: Some(transaction) }))
    }
}

impl Clear {
    fn matching(&self) -> Option<AuthorizationMatch> {
        let approval_code = self.approval_code.clone()?;
        Some(AuthorizationMatch { pan: *self.exchange.pan.as_bytes(), approval_code })
    }

    /// The one open authorization that the advice means, else a force post. More than one
    /// candidate is no match: nobody guesses with money.
    fn get_authorization(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Money,
    ) -> Result<Authorization, CommandError> {
        let mut candidates = Vec::new();
        if let Some(key) = self.matching() {
            for id in unit.tx.find_authorizations(&key)? {
                candidates.extend(unit.tx.find_authorization(id)?);
            }
        }
        candidates.retain(|found| found.status != AuthorizationStatus::Reversed);
        if candidates.len() > 1 {
            let reference = &self.exchange.retrieval_reference;
            candidates.retain(|found| found.retrieval_reference == *reference);
        }
        match (candidates.pop(), candidates.is_empty()) {
            (Some(found), true) => Ok(found),
            _ => Ok(self.force_post(unit, card, amount)),
        }
    }

    fn force_post(&self, unit: &Unit<'_>, card: &Card, amount: Money) -> Authorization {
        let new = NewAuthorization {
            id: self.id,
            account: card.account,
            card: card.id,
            book: card.book,
            retrieval_reference: self.exchange.retrieval_reference.clone(),
            amount,
            merchant: self.exchange.merchant.clone(),
        };
        Authorization::force_post(new, unit.now())
    }

    fn post(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        authorization: &mut Authorization,
        amount: Money,
    ) -> Result<(), CommandError> {
        let now = unit.now();
        release_hold(unit.tx, HoldId::from(authorization.id), now)?;
        let parts = self.parts(unit, card, amount)?;
        let source = Source { object: "authorization", id: authorization.id.value() };
        let posting = recipes::clearing(&mut unit.ids, card.book, source, &parts)?;
        book_posting(unit.tx, posting, now)?;
        authorization.clear(amount, now)?;
        Ok(unit.tx.save_authorization(authorization.clone())?)
    }

    fn parts(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Money,
    ) -> Result<recipes::Clearing, CommandError> {
        let (balance, receivable) =
            (LedgerAccountId::card(card.id), LedgerAccountId::card_receivable(card.id));
        for (id, role) in [(balance, Role::Card), (receivable, Role::CardReceivable)] {
            let opened = open_or_default(unit.tx, id, card.account, card.book, role)?;
            unit.tx.save_ledger_account(opened)?;
        }
        let account = unit.tx.find_ledger_account(balance)?;
        let free = account.map_or(Ok(Money::usd(0)), |account| account.available())?;
        Ok(recipes::Clearing { card: balance, receivable, amount, covered: free.min(amount)? })
    }

    fn refuse(&self, unit: &mut Unit<'_>, reason: DeclineReason) -> CommandResult<Cleared> {
        let reply = (self.exchange.encode)(&NetworkAnswer::Declined(reason));
        self.exchange.record(unit, &reply, None, None)?;
        Ok(Ending::Done(Cleared { reply: Replied::Bytes(reply.bytes), transaction: None }))
    }
}
