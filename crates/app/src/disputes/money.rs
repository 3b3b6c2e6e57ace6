use cardium_cards::Card;
use cardium_disputes::Dispute;
use cardium_kernel::Money;
use cardium_ledger::{
    LedgerAccount, LedgerAccountId, Role, Source, book_posting, open_or_default, recipes,
};

use crate::{CommandError, Unit, cards::settle_and_sweep, network::proportion};

fn source(dispute: &Dispute) -> Source {
    Source { object: "dispute", id: dispute.id.value() }
}

/// The card's balance and its receivable, opened where they were never used.
fn accounts(
    unit: &mut Unit<'_>,
    card: &Card,
) -> Result<(LedgerAccount, LedgerAccount), CommandError> {
    let mut open = |id, role| -> Result<LedgerAccount, CommandError> {
        let account = open_or_default(unit.tx, id, card.account, card.book, role)?;
        unit.tx.save_ledger_account(account.clone())?;
        Ok(account)
    };
    Ok((
        open(LedgerAccountId::card(card.id), Role::Card)?,
        open(LedgerAccountId::card_receivable(card.id), Role::CardReceivable)?,
    ))
}

/// Gives the cardholder what the dispute is credited with; a cancelled card passes it on.
pub(super) fn credit(
    unit: &mut Unit<'_>,
    card: &Card,
    dispute: &Dispute,
) -> Result<(), CommandError> {
    let (balance, receivable) = accounts(unit, card)?;
    let parts = recipes::DisputeCredit {
        card: balance.id,
        receivable: receivable.id,
        amount: dispute.credited,
        settles: receivable.posted.negated()?.min(dispute.credited)?,
    };
    let posting = recipes::dispute_credit(&mut unit.ids, card.book, source(dispute), &parts)?;
    let now = unit.now();
    book_posting(unit.tx, posting, now)?;
    settle_and_sweep(unit, card)
}

/// Takes credit back; what the card cannot cover is owed.
pub(super) fn take_back(
    unit: &mut Unit<'_>,
    card: &Card,
    dispute: &Dispute,
    amount: Money,
) -> Result<(), CommandError> {
    let (balance, receivable) = accounts(unit, card)?;
    let parts = recipes::DisputeDebit {
        card: balance.id,
        receivable: receivable.id,
        amount,
        covered: balance.available()?.min(amount)?,
    };
    let posting = recipes::dispute_debit(&mut unit.ids, card.book, source(dispute), &parts)?;
    let now = unit.now();
    Ok(book_posting(unit.tx, posting, now)?)
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
    let now = unit.now();
    Ok(book_posting(unit.tx, posting, now)?)
}
