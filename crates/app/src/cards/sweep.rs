use cardium_cards::{Card, CardStatus};
use cardium_kernel::Money;
use cardium_ledger::{LedgerAccountId, Source, recipes};

use crate::{CommandError, Unit};

use super::{accounts::CardAccounts, load::available, unload::unload};

/// How many replacements are followed to the card that is in use. Each step may cost a rerun of
/// the command, of which the write path allows twelve.
const HEIRS: usize = 6;

/// After money became available on a card: what the card owes is paid first. What is left on a
/// cancelled card goes to the card in its place, as do its debts, and without one back to its
/// treasury.
pub(crate) fn settle_and_sweep(unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
    settle_debt(unit, card)?;
    if card.status != CardStatus::Cancelled {
        return Ok(());
    }
    let free = available(unit, LedgerAccountId::card(card.id))?;
    if free.is_zero() && owed(unit, card)?.is_zero() {
        return Ok(());
    }
    match find_heir(unit, card)? {
        Some(heir) => pass_on(unit, card, &heir),
        None if free.is_positive() => unload(unit, card, free).map(|_| ()),
        None => Ok(()),
    }
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

/// The card in the place of a cancelled one, or in the place of that; none once the last of them
/// is cancelled too.
fn find_heir(unit: &mut Unit<'_>, card: &Card) -> Result<Option<Card>, CommandError> {
    let mut next = card.replaced_by;
    for _ in 0..HEIRS {
        let Some(id) = next else { break };
        let Some(heir) = unit.tx.find_card(id)? else { break };
        if heir.status != CardStatus::Cancelled {
            return Ok(Some(heir));
        }
        next = heir.replaced_by;
    }
    Ok(None)
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
