//! How card spending is booked: the hold, the clearing, and the ways back.

use cardium_authorizations::{Authorization, Finality};
use cardium_cards::Card;
use cardium_kernel::Money;
use cardium_ledger::{HoldId, LedgerAccountId, Source, change_hold, recipes};

use super::asked::Charge;
use crate::{
    CommandError, Unit,
    cards::{CardAccounts, available},
};

fn source(authorization: &Authorization) -> Source {
    Source { object: "authorization", id: authorization.id.value() }
}

/// Brings the hold in line with the authorization.
pub(super) fn sync_hold(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &Authorization,
) -> Result<(), CommandError> {
    let id = HoldId::from(authorization.id);
    let before = unit.tx.find_hold(id)?.map_or(Money::usd(0), |hold| hold.amount);
    if before == authorization.held {
        return Ok(());
    }
    let (account, now) = (LedgerAccountId::card(card.id), unit.now());
    Ok(change_hold(unit.tx, id, account, authorization.held, now)?)
}

/// Posts a clearing, whatever the card has: the hold first, then what was advanced, then what is
/// available, and the rest is owed.
pub(super) fn book_clearing(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    charge: Charge,
    finality: Finality,
) -> Result<(), CommandError> {
    let accounts = CardAccounts::open(unit, card)?;
    let clearing = authorization.clear(charge.total, finality, unit.now())?;
    sync_hold(unit, card, authorization)?;
    let due = charge.total.minus(clearing.advanced)?;
    let parts = recipes::Clearing {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount: charge.total,
        fee: charge.fee,
        covered: available(unit, accounts.card.id)?.min(due)?,
        advanced: clearing.advanced,
    };
    let posting = recipes::clearing(&mut unit.ids, card.book, source(authorization), &parts)?;
    unit.book(posting)?;
    return_advance(unit, card, authorization, clearing.release.advanced)
}

/// Owes what the network approved in our place beyond what the card has.
pub(super) fn book_advance(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &Authorization,
    amount: Money,
) -> Result<(), CommandError> {
    if amount.is_zero() {
        return Ok(());
    }
    let (source, receivable) =
        (source(authorization), CardAccounts::open(unit, card)?.receivable.id);
    let posting = recipes::advance(&mut unit.ids, card.book, source, receivable, amount)?;
    Ok(unit.book(posting)?)
}

/// Takes back what was advanced and is not expected any more.
pub(super) fn return_advance(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &Authorization,
    amount: Money,
) -> Result<(), CommandError> {
    if amount.is_zero() {
        return Ok(());
    }
    let accounts = CardAccounts::open(unit, card)?;
    let parts = recipes::AdvanceReturn {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount,
        settles: accounts.settles(amount)?,
    };
    let source = source(authorization);
    let posting = recipes::advance_return(&mut unit.ids, card.book, source, &parts)?;
    Ok(unit.book(posting)?)
}

/// Gives spending back: what the card owes is settled first.
pub(super) fn book_refund(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &Authorization,
    charge: Charge,
) -> Result<(), CommandError> {
    let accounts = CardAccounts::open(unit, card)?;
    let parts = recipes::Refund {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount: charge.total,
        fee: charge.fee,
        settles: accounts.settles(charge.total)?,
    };
    let posting = recipes::refund(&mut unit.ids, card.book, source(authorization), &parts)?;
    Ok(unit.book(posting)?)
}

/// Takes a refund back: what the card cannot cover is owed.
pub(super) fn book_refund_reversal(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &Authorization,
    amount: Money,
) -> Result<(), CommandError> {
    let accounts = CardAccounts::open(unit, card)?;
    let parts = recipes::RefundReversal {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount,
        covered: available(unit, accounts.card.id)?.min(amount)?,
    };
    let source = source(authorization);
    let posting = recipes::refund_reversal(&mut unit.ids, card.book, source, &parts)?;
    Ok(unit.book(posting)?)
}
