use std::collections::BTreeMap;

use cardium_cards::{Card, Patch};
use cardium_kernel::{CardId, Change, ErrorCode, Problem};

use crate::{
    CommandError, CommandResult, Context, Hints, Unit, UseCase, accounts::StepUp, event::CardView,
};

use super::{get_card, keep};

/// Changes what a card is called and its owner's notes on it.
#[derive(Debug, Clone)]
pub struct DescribeCard {
    /// Which card.
    pub card: CardId,
    /// Its name.
    pub label: Patch<String>,
    /// The notes that change; one without a value goes.
    pub metadata: BTreeMap<String, Option<String>>,
    /// Under whose mandate it spends.
    pub binding: Binding,
}

/// What becomes of the mandate that a card spends under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// It stays.
    Keep,
    /// The owner takes the card over: no mandate bounds it any more.
    Unbind,
}

impl UseCase for DescribeCard {
    type Output = CardView;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default().with_card(self.card);
        match self.binding {
            Binding::Keep => hints,
            Binding::Unbind => hints.with_actor(context),
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let mut card = get_card(unit, self.card)?;
        let label = match &self.label {
            Patch::Keep => card.label.clone(),
            Patch::Clear => None,
            Patch::Set(label) => Some(label.clone()),
        };
        let metadata = card.metadata.merged(self.metadata.clone()).map_err(|error| {
            let message = format!("Field 'metadata' {error}.");
            Problem::field(ErrorCode::InvalidField, "metadata", message)
        })?;
        if self.binding == Binding::Unbind {
            unbind(unit, &mut card)?;
        }
        let change = card.describe(label, metadata, unit.now());
        keep(unit, (card, change), "card.updated")
    }
}

/// No agent frees a card of a mandate, least of all of its own. It lets the card spend without a
/// bound, so it takes an owner who signed in just now, and nothing may be stopped.
fn unbind(unit: &mut Unit<'_>, card: &mut Card) -> Result<(), CommandError> {
    if unit.grant().is_some() {
        let message = "Only the owner can take a card over from an agent.";
        return Err(Problem::new(ErrorCode::MandateExceeded, message).into());
    }
    StepUp::FreshSession.check(unit)?;
    unit.check_unlocked(card.account)?;
    if card.unbind(unit.now()) == Change::Applied {
        unit.tx.save_card(card.clone())?;
        unit.audit(card.account, "card.unbound", &card.id)?;
    }
    Ok(())
}
