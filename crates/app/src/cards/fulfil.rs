use cardium_cards::Fulfilment;
use cardium_kernel::CardId;

use crate::{CommandResult, Context, Hints, Unit, UseCase, event::CardView};

use super::{get_card, keep};

/// Notes how far the plastic of a card is.
#[derive(Debug, Clone)]
pub struct FulfilCard {
    /// Which card.
    pub card: CardId,
    /// Where its plastic is now.
    pub to: Fulfilment,
}

impl UseCase for FulfilCard {
    type Output = CardView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_card(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let mut card = get_card(unit, self.card)?;
        let change = card.fulfil(self.to, unit.now())?;
        keep(unit, (card, change), "card.fulfillment_changed")
    }
}
