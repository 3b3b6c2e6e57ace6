use cardium_authorizations::{AuthorizationStatus, Step, Transaction, TransactionKind};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money, TransactionId};

use super::{
    books::{return_advance, sync_hold},
    frame::append_transaction,
    spending::save_counted,
};
use crate::{
    CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, cards::settle_and_sweep,
};

/// When a hold lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once its time has come.
    Due,
    /// At once, for the test helpers.
    Now,
}

/// Lets a hold lapse that nobody cleared in time: the money is free again. A clearing may still
/// come; it then takes what the card has.
#[derive(Debug, Clone, Copy)]
pub struct ExpireHold {
    /// The authorization.
    pub authorization: AuthorizationId,
    /// Its card.
    pub card: CardId,
    /// The card's tenant.
    pub account: AccountId,
    /// Whether its time must have come.
    pub when: When,
}

impl UseCase for ExpireHold {
    type Output = Option<Transaction>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default()
            .with(RowKey::Sequence(self.account))
            .with_spending(self.card)
            .with_authorization(self.authorization)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Option<Transaction>> {
        let found = unit.tx.find_authorization(self.authorization)?;
        let (Some(mut authorization), Some(card)) = (found, unit.tx.find_card(self.card)?) else {
            return Ok(Ending::Preview(None));
        };
        let due = self.when == When::Now || authorization.expires_at <= unit.now();
        if authorization.status != AuthorizationStatus::Open || !due {
            return Ok(Ending::Preview(None));
        }
        let release = authorization.expire(unit.now())?;
        sync_hold(unit, &card, &authorization)?;
        return_advance(unit, &card, &authorization, release.advanced)?;
        save_counted(unit, &card, &mut authorization)?;
        let amount = release.total()?;
        let step = Transaction {
            id: TransactionId::new(unit.ids.mint()),
            account: card.account,
            card: card.id,
            book: card.book,
            authorization: Some(authorization.id),
            step: Step::Reversed,
            kind: TransactionKind::Expiry,
            amount,
            fee: Money::zero(amount.currency()),
            merchant_amount: None,
            merchant: authorization.merchant.clone(),
            response_code: String::new(),
            decline: None,
            message: None,
            created_at: unit.now(),
        };
        let step = append_transaction(unit, step)?;
        settle_and_sweep(unit, &card)?;
        Ok(Ending::Done(Some(step)))
    }
}
