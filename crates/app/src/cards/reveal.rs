use cardium_cards::{Card, StoredPan};
use cardium_kernel::{AuditId, CardId};

use crate::{
    CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase,
    grants::leave::{self, Wish},
    unit::owned,
};

use super::{get_card, known_as};

/// Hands out a sealed PAN and leaves the audit row first: the door opens the seal only after
/// the row is committed.
#[derive(Debug, Clone)]
pub struct RevealPan {
    /// Which card.
    pub card: CardId,
}

/// A sealed PAN whose reveal is on record.
#[derive(Debug, Clone)]
pub struct Revealed {
    /// The card.
    pub card: Card,
    /// Its sealed PAN.
    pub pan: StoredPan,
    /// The audit row of this reveal.
    pub audit: AuditId,
}

impl UseCase for RevealPan {
    type Output = Revealed;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Card(self.card), RowKey::Pan(self.card)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Revealed> {
        let account = unit.account()?;
        let card = get_card(unit, self.card)?;
        card.check_open()?;
        leave::check_card(unit, &card)?;
        leave::reveal(unit, card.id, wish(&card))?;
        let found = unit.tx.find_pan(self.card)?;
        let pan = owned(found, |pan| pan.account, account, "card")?;
        let audit = unit.audit(account, "card.revealed", &self.card)?;
        Ok(Ending::Done(Revealed { card, pan, audit }))
    }
}

fn wish(card: &Card) -> Wish {
    Wish {
        operation: "reveal_pan",
        summary: format!("Reveal the number of {}", known_as(card)),
        terms: 0,
        book: card.book,
        card: Some(card.id),
    }
}
