use std::collections::BTreeMap;

use cardium_cards::Patch;
use cardium_kernel::{CardId, ErrorCode, Problem};

use crate::{CommandResult, Context, Hints, Unit, UseCase, event::CardView};

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
}

impl UseCase for DescribeCard {
    type Output = CardView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_card(self.card)
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
        let change = card.describe(label, metadata, unit.now());
        keep(unit, (card, change), "card.updated")
    }
}
