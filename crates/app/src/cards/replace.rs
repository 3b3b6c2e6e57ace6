use cardium_cards::{Card, NewReplacement, ReplacementReason, StoredPan, replace};
use cardium_kernel::{CardId, Metadata, digest128};
use cardium_vault::{Expiry, Sealed};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey, Snapshot,
    Unit, UseCase,
    event::CardView,
    grants::leave::{self, Wish},
};

use super::{Destination, NewPan, get_card, sweep::pass_on, view};

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
    /// The same as an owner is asked about it; none where it goes where the old one went.
    pub destination: Option<Destination>,
    /// The new card's notes, where they are not to be the old one's.
    pub metadata: Option<Metadata>,
}

impl UseCase for ReplaceCard {
    type Output = CardView;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::rows([RowKey::Pan(self.id)])
            .with_spending(self.card)
            .with_spending(self.id)
            .with_name(NaturalKey::Pan(*self.pan.fingerprint.as_bytes()));
        hints.with_actor(context)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let (account, now) = (unit.account()?, unit.now());
        unit.check_unlocked(account)?;
        let card = get_card(unit, self.card)?;
        self.check_leave(unit, &card)?;
        let pan = StoredPan {
            card: self.id,
            account,
            fingerprint: self.pan.fingerprint,
            sealed: self.pan.sealed.clone(),
        };
        let new = self.new_card(Card::expiry_from(now));
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
    /// What an agent needs leave for: the new card has the money of the old one, and plastic may go
    /// where the agent says.
    fn check_leave(&self, unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
        card.check_open()?;
        leave::check_lasting(unit)?;
        leave::check_card(unit, card)?;
        match &self.destination {
            Some(sent) => leave::send(unit, None, self.wish(card, sent)),
            None => Ok(()),
        }
    }

    fn wish(&self, card: &Card, sent: &Destination) -> Wish {
        let (id, last4, to) = (card.id, &card.last4, sent.words());
        let rest = (self.reason, &self.metadata, sent.digest());
        Wish {
            operation: "replace_card",
            summary: format!("Replace card {id} (••{last4}), with its money, by one sent to {to}"),
            terms: digest128(&[format!("{rest:?}").as_bytes()]),
            book: card.book,
            card: Some(card.id),
        }
    }

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

#[cfg(test)]
mod tests {
    use cardium_cards::FreezeReason;
    use cardium_kernel::ErrorCode;
    use cardium_vault::{Aad, Kek, PanFingerprint, SealRandom, seal};

    use super::*;
    use crate::testing::{ACCOUNT, CARD, MockTx, NOW, STRANGER, account, card, context, refusal};

    /// Replaces the card that is found; nothing may be written.
    fn run(tx: &mut MockTx, found: Option<Card>) -> CommandResult<CardView> {
        tx.expect_find_card().times(1).return_once(|_| Ok(found));
        tx.expect_find_account().returning(|_| Ok(Some(account("$argon2id$"))));
        let random = SealRandom::from_bytes(&[3; SealRandom::BYTES]);
        let sealed = seal(b"x", &Aad::new([0; 16], &[], "test"), &Kek::new(1, [7; 32]), random);
        let fingerprint = PanFingerprint::from_bytes([5; 32]);
        let replace = ReplaceCard {
            card: CARD,
            id: CardId::new(0x301),
            pan: NewPan { fingerprint, sealed: sealed.unwrap(), last4: "9999".to_owned() },
            reason: ReplacementReason::Stolen,
            shipping: None,
            destination: None,
            metadata: None,
        };
        replace.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn what_may_not_be_replaced_is_left_alone() {
        let mut cancelled = card(ACCOUNT);
        cancelled.cancel(NOW);
        let mut locked = card(ACCOUNT);
        locked.freeze(FreezeReason::Issuer, NOW).unwrap();
        for (found, code) in [
            (Some(cancelled), ErrorCode::CardCancelled),
            (Some(locked), ErrorCode::FreezeLockedByIssuer),
            (Some(card(STRANGER)), ErrorCode::ResourceNotFound),
            (None, ErrorCode::ResourceNotFound),
        ] {
            assert_eq!(refusal(run(&mut MockTx::new(), found)), code);
        }
    }

    #[test]
    fn a_taken_pan_asks_for_another_and_replaces_nothing() {
        let mut tx = MockTx::new();
        tx.expect_find_card_by_pan().times(1).return_once(|_| Ok(Some(CARD)));
        assert_eq!(run(&mut tx, Some(card(ACCOUNT))).unwrap_err(), CommandError::PanTaken);
    }
}
