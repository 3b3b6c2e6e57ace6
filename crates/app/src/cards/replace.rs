use cardium_cards::{NewReplacement, ReplacementReason, StoredPan, replace};
use cardium_kernel::{CardId, Metadata};
use cardium_vault::{Expiry, Sealed};

use crate::{
    CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey, Snapshot, Unit, UseCase,
    event::CardView,
};

use super::{NewPan, get_card, sweep::pass_on, view};

/// Puts a new card in the place of another, which is cancelled: the new one takes over its money,
/// its debts, what it may be spent on and what it spent. Open holds settle on the old one.
#[derive(Debug, Clone)]
pub struct ReplaceCard {
    /// Which card.
    pub card: CardId,
    /// The new card's id.
    pub id: CardId,
    /// The new card's PAN.
    pub pan: NewPan,
    /// Why.
    pub reason: ReplacementReason,
    /// Where plastic is sent, sealed for the new card.
    pub shipping: Option<Sealed>,
    /// The new card's notes, where they are not to be the old one's.
    pub metadata: Option<Metadata>,
}

impl UseCase for ReplaceCard {
    type Output = CardView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Pan(self.id)])
            .with_spending(self.card)
            .with_spending(self.id)
            .with_name(NaturalKey::Pan(*self.pan.fingerprint.as_bytes()))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let (account, now) = (unit.account()?, unit.now());
        let card = get_card(unit, self.card)?;
        let pan = StoredPan {
            card: self.id,
            account,
            fingerprint: self.pan.fingerprint,
            sealed: self.pan.sealed.clone(),
        };
        let new = self.new_card(cardium_cards::Card::expiry_from(now));
        let done = replace(unit.tx, card, (new, pan), now)?;
        pass_on(unit, &done.old, &done.new)?;
        let view = view(unit, done.new)?;
        unit.emit(EventType::CardReplaced, Snapshot::Card(view.clone()))?;
        unit.audit(account, "card.replaced", &self.card)?;
        unit.audit(account, "card.issued", &self.id)?;
        Ok(Ending::Done(view))
    }
}

impl ReplaceCard {
    fn new_card(&self, expiry: Expiry) -> NewReplacement {
        NewReplacement {
            id: self.id,
            last4: self.pan.last4.clone(),
            expiry,
            reason: self.reason,
            shipping: self.shipping.clone(),
            metadata: self.metadata.clone(),
        }
    }
}
