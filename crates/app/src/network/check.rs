use cardium_authorizations::{Decision, HookAnswer, Merchant, decide};
use cardium_kernel::{CardId, Money};
use cardium_ledger::LedgerAccountId;

use super::{
    asked::{Asked, Request},
    facts::Surroundings,
    mandate::grant_of,
    spending::velocity,
};
use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase, cards::available};

/// Asks what a request would be answered, without a hold or a trace.
#[derive(Debug, Clone)]
pub struct CheckAuthorization {
    /// The caller's card.
    pub card: CardId,
    /// What would be asked.
    pub request: Request,
    /// Who would ask.
    pub merchant: Merchant,
}

/// What would be answered.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The card.
    pub card: CardId,
    /// Its book.
    pub book: cardium_kernel::Book,
    /// The decision with its checks.
    pub decision: Decision,
    /// What would be held, fee included.
    pub amount: Money,
    /// The fee in it.
    pub fee: Money,
}

impl UseCase for CheckAuthorization {
    type Output = Checked;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_spending(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Checked> {
        let found = unit.tx.find_card(self.card)?;
        let card = unit.own_by_card(found, |card| (card.account, card.book, card.id), "card")?;
        let asked = match &self.request.amount {
            Ok(asked) => asked.clone(),
            Err(_) => Asked::domestic(Money::usd(0)),
        };
        let charge = asked.charge(unit.policy().conversion_fee)?;
        let velocity = velocity(unit, &card)?;
        let grant = grant_of(unit, &card)?;
        let surroundings = Surroundings {
            card: &card,
            velocity: &velocity,
            available: available(unit, LedgerAccountId::card(card.id))?,
            merchant: (&self.merchant.mcc, &self.merchant.id),
            grant: grant.as_ref(),
            raised: None,
            now: unit.now(),
        };
        let facts = surroundings
            .facts(&self.request, charge.total, HookAnswer::NotAsked)
            .map_err(CommandError::from)?;
        Ok(Ending::Preview(Checked {
            card: card.id,
            book: card.book,
            decision: decide(&facts),
            amount: charge.total,
            fee: charge.fee,
        }))
    }
}
