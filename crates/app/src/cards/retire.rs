use cardium_kernel::{CardId, Change};

use crate::{
    CommandResult, Context, Ending, EventType, Hints, Snapshot, Unit, UseCase, event::CardView,
};

use super::{get_card, settle_and_sweep, view};

/// Retires a card for good; what it has available goes back to the treasury. Open holds stay
/// and settle later.
#[derive(Debug, Clone)]
pub struct CancelCard {
    /// Which card.
    pub card: CardId,
}

impl UseCase for CancelCard {
    type Output = CardView;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default().with_card(self.card);
        match context.actor {
            crate::Actor::Credential { account, .. } => hints.with_treasuries(account),
            _ => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let account = unit.account()?;
        let mut card = get_card(unit, self.card)?;
        if card.cancel(unit.now()) == Change::AlreadyApplied {
            return Ok(Ending::Done(view(unit, card)?));
        }
        unit.tx.save_card(card.clone())?;
        settle_and_sweep(unit, &card)?;
        let view = view(unit, card)?;
        unit.emit(EventType::CardCancelled, Snapshot::Card(view.clone()))?;
        unit.audit(account, "card.cancelled", &self.card)?;
        Ok(Ending::Done(view))
    }
}
