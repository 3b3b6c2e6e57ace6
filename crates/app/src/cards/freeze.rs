use cardium_cards::{Card, FreezeReason};
use cardium_kernel::{CardId, Change};

use crate::{
    Actor, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit, UseCase,
    event::CardView,
};

use super::{get_card, view};

/// Stops a card's spending, on behalf of its holder.
#[derive(Debug, Clone)]
pub struct FreezeCard {
    /// Which card.
    pub card: CardId,
}

impl UseCase for FreezeCard {
    type Output = CardView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_card(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let mut card = get_card(unit, self.card)?;
        let change = card.freeze(FreezeReason::Cardholder, unit.now())?;
        note_frozen(unit, (card, change))
    }
}

/// Lets a card spend again, on behalf of its holder.
#[derive(Debug, Clone)]
pub struct UnfreezeCard {
    /// Which card.
    pub card: CardId,
}

impl UseCase for UnfreezeCard {
    type Output = CardView;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default().with_card(self.card);
        match context.actor {
            Actor::Credential { account, .. } => hints.with(RowKey::Account(account)),
            Actor::Public | Actor::Network | Actor::System => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let mut card = get_card(unit, self.card)?;
        unit.check_unlocked(card.account)?;
        let change = card.unfreeze(unit.now())?;
        conclude(unit, (card, change), (EventType::CardUnfrozen, "card.unfrozen"))
    }
}

/// Keeps a card that was frozen, with its trace.
pub(crate) fn note_frozen(unit: &mut Unit<'_>, frozen: (Card, Change)) -> CommandResult<CardView> {
    conclude(unit, frozen, (EventType::CardFrozen, "card.frozen"))
}

/// Leaves the trace of a change; a repeat leaves none.
fn conclude(
    unit: &mut Unit<'_>,
    (card, change): (Card, Change),
    (event, action): (EventType, &'static str),
) -> CommandResult<CardView> {
    let view = view(unit, card)?;
    if change == Change::Applied {
        unit.tx.save_card(view.card.clone())?;
        unit.emit(event, Snapshot::Card(view.clone()))?;
        unit.audit(view.card.account, action, &view.card.id)?;
    }
    Ok(Ending::Done(view))
}
