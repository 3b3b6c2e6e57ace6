use cardium_cards::{Card, CardStatus};
use cardium_ledger::{LedgerAccountId, Source, recipes};

use crate::{CommandError, Unit};

use super::{load::available, unload::unload};

/// After money became available on a card: what the card owes is paid first, and what is left
/// on a cancelled card goes back to its treasury.
pub(crate) fn settle_and_sweep(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    settle_debt(unit, card)?;
    let free = available(unit, LedgerAccountId::card(card.id))?;
    if card.status == CardStatus::Cancelled && free.is_positive() {
        unload(unit, card, free)?;
    }
    Ok(())
}

/// Pays what the card owes out of what it has available.
pub(super) fn settle_debt(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    let accounts = (LedgerAccountId::card(card.id), LedgerAccountId::card_receivable(card.id));
    let Some(receivable) = unit.tx.find_ledger_account(accounts.1)? else { return Ok(()) };
    let owed = receivable.posted.negated()?;
    let amount = available(unit, accounts.0)?.min(owed)?;
    if !amount.is_positive() {
        return Ok(());
    }
    let source = Source { object: "card", id: card.id.value() };
    let posting = recipes::settle_debt(&mut unit.ids, card.book, source, accounts, amount)?;
    Ok(unit.book(posting)?)
}
