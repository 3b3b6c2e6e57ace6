use cardium_cards::Card;
use cardium_disputes::Dispute;
use cardium_kernel::Money;
use cardium_ledger::{Source, recipes};

use crate::{
    CommandError, Unit,
    cards::{CardAccounts, settle_and_sweep},
    network::proportion,
};

fn source(dispute: &Dispute) -> Source {
    Source { object: "dispute", id: dispute.id.value() }
}

/// Gives the cardholder what the dispute is credited with; a cancelled card passes it on.
pub(super) fn credit(
    unit: &mut Unit<'_>,
    card: &Card,
    dispute: &Dispute,
) -> Result<(), CommandError> {
    let accounts = CardAccounts::open(unit, card)?;
    let parts = recipes::DisputeCredit {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount: dispute.credited,
        settles: accounts.settles(dispute.credited)?,
    };
    let posting = recipes::dispute_credit(&mut unit.ids, card.book, source(dispute), &parts)?;
    unit.book(posting)?;
    settle_and_sweep(unit, card)
}

/// Takes credit back; what the card cannot cover is owed, by the card in its place where it was
/// replaced.
pub(super) fn take_back(
    unit: &mut Unit<'_>,
    card: &Card,
    dispute: &Dispute,
    amount: Money,
) -> Result<(), CommandError> {
    let accounts = CardAccounts::open(unit, card)?;
    let parts = recipes::DisputeDebit {
        card: accounts.card.id,
        receivable: accounts.receivable.id,
        amount,
        covered: accounts.card.available()?.min(amount)?,
    };
    let posting = recipes::dispute_debit(&mut unit.ids, card.book, source(dispute), &parts)?;
    unit.book(posting)?;
    settle_and_sweep(unit, card)
}

/// The network pays for what was credited, which is final now.
pub(super) fn settle(unit: &mut Unit<'_>, dispute: &Dispute) -> Result<(), CommandError> {
    if !dispute.credited.is_positive() {
        return Ok(());
    }
    let (book, amount) = (dispute.book, dispute.credited);
    let fee = proportion(dispute.fee, amount, dispute.amount)?;
    let parts = recipes::DisputeSettlement { amount, fee };
    let posting = recipes::dispute_settlement(&mut unit.ids, book, source(dispute), &parts)?;
    Ok(unit.book(posting)?)
}
