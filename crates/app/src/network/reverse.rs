use cardium_authorizations::{
    Authorization, Effect, MaskedFields, MessageOutcome, NetworkMessage, reversal_mark,
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
    /// What stays (DE 95), in the billing currency; none for a full reversal.
    pub remaining: Option<Money>,
}

impl UseCase for Reverse {
    type Output = Settled;

    fn hints(&self, _: &Context) -> Hints {
        self.exchange
            .hints()
            .with(RowKey::Message(self.original))
            .with(RowKey::Message(reversal_mark(self.original)))
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
            _ if !self.mark(unit)? => return Ok(None),
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
