use cardium_authorizations::{
    Authorization, Effect, MaskedFields, MessageOutcome, NetworkMessage, late_copy, reversal_mark,
};
use cardium_cards::Card;
use cardium_kernel::{MessageId, Money};

use super::{
    asked::Charge,
    exchange::{Exchange, NetworkAnswer},
    frame::{NewStep, Opening, Outcome, Settled},
    spending::save_counted,
    undo::{undo_authorization, undo_clearing, undo_refund, with_fee},
};
use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, RowKey, Unit, UseCase,
    cards::settle_and_sweep,
};

/// Takes back what a message did (0400, 0420). It is always accepted: with no original it is
/// remembered, so that the original has no effect should it still arrive.
///
/// Without DE 95 it takes back what its original did, once. With DE 95 it brings an authorization
/// down to that new total, however it was raised, and what was posted down to that amount.
#[derive(Clone)]
pub struct Reverse {
    /// The reversal.
    pub exchange: Exchange,
    /// The exchange it takes back, from DE 90.
    pub original: MessageId,
    /// The advice by which the network may have told of the original, where that is a request.
    pub advice: Option<MessageId>,
    /// What stays (DE 95), in the billing currency; none for a full reversal.
    pub remaining: Option<Money>,
}

impl UseCase for Reverse {
    type Output = Settled;

    fn hints(&self, _: &Context) -> Hints {
        let hints = self.advice.iter().fold(self.exchange.hints(), |hints, advice| {
            let mark = RowKey::Message(reversal_mark(*advice));
            hints.with(RowKey::Message(*advice)).with(mark)
        });
        hints
            .with(RowKey::Message(self.original))
            .with(RowKey::Message(reversal_mark(self.original)))
            .with(RowKey::Message(late_copy(self.original)))
            .with_name(NaturalKey::Exchange(self.original))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Settled> {
        let (frame, card) = match self.exchange.open(unit)? {
            Opening::Answered(settled) => return Ok(Ending::Preview(settled)),
            Opening::Fresh(frame, card) => (frame, card),
        };
        let mut outcome = Outcome::default();
        match (&card, self.find_original(unit)?) {
            (Some(card), Some((original, found))) if found.card == card.id => {
                outcome.authorization = Some(found.id);
                outcome.steps.extend(self.take_back(unit, card, (&original, found))?);
            }
            _ => {}
        }
        let settled = frame.conclude(unit, card.as_ref(), &NetworkAnswer::Accepted, outcome)?;
        if let Some(card) = card {
            settle_and_sweep(unit, &card)?;
        }
        Ok(settled)
    }
}

impl Reverse {
    /// What is to be taken back. An unknown original is remembered as reversed first.
    fn find_original(
        &self,
        unit: &mut Unit<'_>,
    ) -> Result<Option<(NetworkMessage, Authorization)>, CommandError> {
        let Some(message) = unit.tx.find_message(self.original)? else {
            unit.tx.insert_message(tombstone(unit, self.original, self.remaining))?;
            return Ok(None);
        };
        // Reversed before it came: what it left then is in its late copy.
        let message = match message.outcome {
            MessageOutcome::Answered(_) => Some(message),
            MessageOutcome::ReversedFirst { .. } => {
                unit.tx.find_message(late_copy(self.original))?
            }
        };
        let Some(message) = message else { return Ok(None) };
        let Some(id) = message.authorization else { return Ok(None) };
        Ok(unit.tx.find_authorization(id)?.map(|found| (message, found)))
    }

    fn take_back(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        (original, mut authorization): (&NetworkMessage, Authorization),
    ) -> Result<Option<NewStep>, CommandError> {
        let Some(effect) = original.effect else { return Ok(None) };
        let charge = Charge { total: effect.amount(), fee: original.fee };
        let remaining = self.remaining.unwrap_or(Money::usd(0));
        let step = match (effect, self.remaining) {
            (Effect::Authorized(_) | Effect::Incremented(_), Some(total)) => {
                let total = with_fee(charge, total)?;
                undo_authorization(unit, card, &mut authorization, total)?
            }
            _ if !self.mark(unit)? || self.was_told(unit, original)? => return Ok(None),
            (Effect::Authorized(amount) | Effect::Incremented(amount), None) => {
                let total = authorization.authorized.minus(amount)?;
                undo_authorization(unit, card, &mut authorization, total)?
            }
            (Effect::Cleared(_), _) => {
                undo_clearing(unit, card, &mut authorization, (charge, remaining))?
            }
            (Effect::Refunded(amount), _) => {
                undo_refund(unit, card, &mut authorization, (amount, remaining))?
            }
        };
        save_counted(unit, card, &mut authorization)?;
        Ok(step)
    }

    /// Whether the network told of the same by an advice that stands: it takes back our late answer
    /// to its request and goes by its own, so nothing changes.
    fn was_told(
        &self,
        unit: &mut Unit<'_>,
        original: &NetworkMessage,
    ) -> Result<bool, CommandError> {
        let Some(advice) = self.advice else { return Ok(false) };
        let Some(told) = unit.tx.find_message(advice)? else { return Ok(false) };
        let same = told.authorization == original.authorization && told.effect.is_some();
        Ok(same && unit.tx.find_message(reversal_mark(advice))?.is_none())
    }

    /// Notes that the original is taken back; says whether it was not before.
    fn mark(&self, unit: &mut Unit<'_>) -> Result<bool, CommandError> {
        let mark = reversal_mark(self.original);
        if unit.tx.find_message(mark)?.is_some() {
            return Ok(false);
        }
        unit.tx.insert_message(tombstone(unit, mark, None))?;
        Ok(true)
    }
}

/// A row that says only that a message was reversed.
fn tombstone(unit: &Unit<'_>, id: MessageId, remaining: Option<Money>) -> NetworkMessage {
    NetworkMessage {
        id,
        mti: String::new(),
        fingerprint: 0,
        authorization: None,
        effect: None,
        fee: Money::usd(0),
        decision: None,
        fields: MaskedFields::default(),
        outcome: MessageOutcome::ReversedFirst { remaining },
        created_at: unit.now(),
    }
}
