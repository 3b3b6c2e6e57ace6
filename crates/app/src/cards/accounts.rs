use cardium_cards::Card;
use cardium_kernel::Money;
use cardium_ledger::{LedgerAccount, LedgerAccountId, Role, open_or_default};

use crate::{CommandError, Unit};

/// A card's balance and what it owes, opened where they were never used.
pub(crate) struct CardAccounts {
    /// The balance.
    pub(crate) card: LedgerAccount,
    /// The receivable, at most zero.
    pub(crate) receivable: LedgerAccount,
}

impl CardAccounts {
    /// Both accounts of a card, ready for a posting.
    pub(crate) fn open(unit: &mut Unit<'_>, card: &Card) -> Result<Self, CommandError> {
        Ok(Self {
            card: open(unit, card, LedgerAccountId::card(card.id), Role::Card)?,
            receivable: open(
                unit,
                card,
                LedgerAccountId::card_receivable(card.id),
                Role::CardReceivable,
            )?,
        })
    }

    /// How much of `amount` settles what the card owes.
    pub(crate) fn settles(&self, amount: Money) -> Result<Money, CommandError> {
        Ok(self.receivable.posted.negated()?.min(amount)?)
    }
}

/// A ledger account of the card or of its treasury, ready for a posting.
pub(super) fn open(
    unit: &mut Unit<'_>,
    card: &Card,
    id: LedgerAccountId,
    role: Role,
) -> Result<LedgerAccount, CommandError> {
    let account = open_or_default(unit.tx, id, card.account, card.book, role)?;
    unit.tx.save_ledger_account(account.clone())?;
    Ok(account)
}
