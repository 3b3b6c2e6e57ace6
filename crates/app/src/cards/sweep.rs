use cardium_cards::{Card, CardStatus, find_last};
use cardium_kernel::Money;
use cardium_ledger::{LedgerAccountId, Source, recipes};

use crate::{CommandError, Unit};

use super::{accounts::CardAccounts, load::available, unload::unload};

/// After money became available on a card: what the card owes is paid first. What is left on a
/// cancelled card goes to the last one in its place, as do its debts; what the last one has left
/// goes back to its treasury where it is cancelled too.
pub(crate) fn settle_and_sweep(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    settle_debt(unit, card)?;
    if card.status != CardStatus::Cancelled {
        return Ok(());
    }
    if available(unit, LedgerAccountId::card(card.id))?.is_zero() && owed(unit, card)?.is_zero() {
        return Ok(());
    }
    match find_last(unit.tx, card)? {
        Some(last) => {
            pass_on(unit, card, &last)?;
            empty_cancelled(unit, &last)
        }
        None => empty_cancelled(unit, card),
    }
}

/// Nobody can spend what a cancelled card has available: it is its treasury's.
fn empty_cancelled(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    let free = available(unit, LedgerAccountId::card(card.id))?;
    if card.status == CardStatus::Cancelled && free.is_positive() {
        unload(unit, card, free)?;
    }
    Ok(())
}

/// Moves what a card has available to the one in its place, with what it owes: a debt is not
/// escaped by replacing a card.
pub(super) fn pass_on(unit: &mut Unit<'_>, old: &Card, new: &Card) -> Result<(), CommandError> {
    let from = CardAccounts::open(unit, old)?;
    let to = CardAccounts::open(unit, new)?;
    let parts = recipes::CardReplacement {
        from: (from.card.id, from.receivable.id),
        to: (to.card.id, to.receivable.id),
        available: from.card.available()?,
        owed: from.receivable.posted.negated()?,
    };
    if parts.available.is_zero() && parts.owed.is_zero() {
        return Ok(());
    }
    let source = Source { object: "card", id: new.id.value() };
    let posting = recipes::card_replacement(&mut unit.ids, old.book, source, &parts)?;
    unit.book(posting)?;
    settle_debt(unit, new)
}

/// Pays what the card owes out of what it has available.
pub(super) fn settle_debt(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    let accounts = (LedgerAccountId::card(card.id), LedgerAccountId::card_receivable(card.id));
    let owed = owed(unit, card)?;
    if owed.is_zero() {
        return Ok(());
    }
    let amount = available(unit, accounts.0)?.min(owed)?;
    if !amount.is_positive() {
        return Ok(());
    }
    let source = Source { object: "card", id: card.id.value() };
    let posting = recipes::settle_debt(&mut unit.ids, card.book, source, accounts, amount)?;
    Ok(unit.book(posting)?)
}

fn owed(unit: &mut Unit<'_>, card: &Card) -> Result<Money, CommandError> {
    let receivable = unit.tx.find_ledger_account(LedgerAccountId::card_receivable(card.id))?;
    Ok(receivable.map_or(Ok(Money::usd(0)), |receivable| receivable.posted.negated())?)
}
