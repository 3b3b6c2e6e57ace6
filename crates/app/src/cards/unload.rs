use cardium_cards::Card;
use cardium_kernel::{CardId, ErrorCode, Money, Problem};
use cardium_ledger::{LedgerAccountId, Role, Source, recipes};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, Snapshot, Unit, UseCase,
};

use super::{accounts::open, get_card, load::available, sweep::settle_debt, view};

/// How much a card gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnloadAmount {
    /// This much.
    Exactly(Money),
    /// All that is available.
    Everything,
}

/// Moves unspent money from a card back to the treasury, free of charge.
#[derive(Debug, Clone)]
pub struct UnloadCard {
    /// Which card.
    pub card: CardId,
    /// How much.
    pub amount: UnloadAmount,
}

/// What an unload did.
#[derive(Debug, Clone)]
pub struct Unloaded {
    /// The card.
    pub card: CardId,
    /// What went back.
    pub amount: Money,
    /// What the card has available now.
    pub card_balance: Money,
    /// What the treasury has available now.
    pub treasury_balance: Money,
}

impl UseCase for UnloadCard {
    type Output = Unloaded;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default().with_card(self.card);
        match context.actor {
            crate::Actor::Credential { account, .. } => hints.with_treasuries(account),
            _ => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Unloaded> {
        let account = unit.account()?;
        let card = get_card(unit, self.card)?;
        card.check_open()?;
        settle_debt(unit, &card)?;
        let free = available(unit, LedgerAccountId::card(card.id))?;
        let amount = match self.amount {
            UnloadAmount::Exactly(amount) => amount,
            UnloadAmount::Everything => free,
        };
        if amount.minor() > free.minor() || !amount.is_positive() {
            let message = format!("The card has {free} available; open holds stay on it.");
            let code = ErrorCode::AmountExceedsAvailable;
            return Err(Problem::field(code, "amount_usd", message).into());
        }
        let unloaded = unload(unit, &card, amount)?;
        let snapshot = Snapshot::Card(view(unit, card)?);
        unit.emit(EventType::CardUnloaded, snapshot)?;
        unit.audit(account, "card.unloaded", &self.card)?;
        Ok(Ending::Done(unloaded))
    }
}

/// Moves the money of an unload; used by cancelling as well.
pub(super) fn unload(
    unit: &mut Unit<'_>,
    card: &Card,
    amount: Money,
) -> Result<Unloaded, CommandError> {
    let book = card.book;
    let treasury = LedgerAccountId::treasury(card.account, book);
    open(unit, card, treasury, Role::Treasury(book))?;
    let accounts = (LedgerAccountId::card(card.id), treasury);
    let source = Source { object: "card", id: card.id.value() };
    let posting = recipes::card_unload(&mut unit.ids, book, source, accounts, amount)?;
    unit.book(posting)?;
    Ok(Unloaded {
        card: card.id,
        amount,
        card_balance: available(unit, accounts.0)?,
        treasury_balance: available(unit, treasury)?,
    })
}
