use cardium_authorizations::{
    Authorization, AuthorizationStatus, MaskedFields, MessageOutcome, NetworkMessage, Reversal,
    Step, Transaction, reversal_mark,
};
use cardium_cards::Card;
use cardium_kernel::{MessageId, Money};
use cardium_ledger::{
    HoldId, LedgerAccountId, Role, Source, book_posting, change_hold, open_or_default, recipes,
};

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, RowKey, Unit, UseCase,
    cards::settle_and_sweep,
    network::{Exchange, NetworkAnswer, Replied, exchange::Earlier},
};

/// Takes an authorization back (0400, 0420). It is always accepted: with no original it is
/// remembered, so that the original is declined should it still arrive.
#[derive(Clone)]
pub struct Reverse {
    /// The reversal.
    pub exchange: Exchange,
    /// The exchange it takes back, from DE 90.
    pub original: MessageId,
    /// What stays authorized (DE 95), zero for a full reversal.
    pub remaining: Money,
}

/// What came of a reversal.
#[derive(Debug, Clone)]
pub struct Reversed {
    /// What goes back on the wire.
    pub reply: Replied,
    /// The step it left; none where nothing changed.
    pub transaction: Option<Transaction>,
}

impl UseCase for Reverse {
    type Output = Reversed;

    fn hints(&self, _: &Context) -> Hints {
        self.exchange
            .hints()
            .with(RowKey::Message(self.original))
            .with(RowKey::Message(reversal_mark(self.original)))
            .with_name(NaturalKey::Exchange(self.original))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Reversed> {
        let earlier = self.exchange.replay(unit)?;
        if let Some(Earlier::Reply(reply)) = earlier {
            return Ok(Ending::Preview(Reversed { reply, transaction: None }));
        }
        let reply = (self.exchange.encode)(&NetworkAnswer::Accepted);
        if earlier.is_some() {
            let reply = Replied::Bytes(reply.bytes);
            return Ok(Ending::Preview(Reversed { reply, transaction: None }));
        }
        let card = self.exchange.find_card(unit)?;
        let original = self.find_original(unit)?;
        let transaction = match (card, original) {
            (Some(card), Some((found, cleared))) if found.card == card.id => {
                self.take_back(unit, &card, (found, cleared), &reply.response_code)?
            }
            _ => None,
        };
        let authorization = transaction.as_ref().and_then(|step| step.authorization);
        self.exchange.record(unit, &reply, authorization, None)?;
        Ok(Ending::Done(Reversed { reply: Replied::Bytes(reply.bytes), transaction }))
    }
}

impl Reverse {
    /// The authorization to take back, and what the original cleared, where it is a clearing. An
    /// unknown original is remembered as reversed first.
    fn find_original(
        &self,
        unit: &mut Unit<'_>,
    ) -> Result<Option<(Authorization, Option<Money>)>, CommandError> {
        let Some(message) = unit.tx.find_message(self.original)? else {
            unit.tx.insert_message(tombstone(unit, self.original))?;
            return Ok(None);
        };
        let Some(id) = message.authorization else { return Ok(None) };
        Ok(unit.tx.find_authorization(id)?.map(|found| (found, message.cleared)))
    }

    fn take_back(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        (mut authorization, cleared): (Authorization, Option<Money>),
        response_code: &str,
    ) -> Result<Option<Transaction>, CommandError> {
        let reversal = match cleared {
            Some(cleared) => self.of_clearing(unit, &mut authorization, cleared)?,
            None => self.of_authorization(unit, &mut authorization)?,
        };
        if !reversal.total.is_positive() {
            return Ok(None);
        }
        let now = unit.now();
        let hold = HoldId::from(authorization.id);
        change_hold(unit.tx, hold, LedgerAccountId::card(card.id), reversal.held, now)?;
        if reversal.refund.is_positive() {
            self.give_back(unit, card, &authorization, reversal.refund)?;
        }
        unit.tx.save_authorization(authorization.clone())?;
        let step = (Step::Reversed, reversal.total);
        let id = Some(authorization.id);
        let step = self.exchange.append_step(unit, card, step, id, (response_code, None))?;
        settle_and_sweep(unit, card)?;
        Ok(Some(step))
    }

    fn of_authorization(
        &self,
        unit: &Unit<'_>,
        authorization: &mut Authorization,
    ) -> Result<Reversal, CommandError> {
        if authorization.status == AuthorizationStatus::Reversed {
            return Ok(nothing(authorization));
        }
        Ok(authorization.reverse(self.remaining, unit.now())?)
    }

    /// A clearing is given back once, and no more than it cleared.
    fn of_clearing(
        &self,
        unit: &mut Unit<'_>,
        authorization: &mut Authorization,
        cleared: Money,
    ) -> Result<Reversal, CommandError> {
        let mark = reversal_mark(self.original);
        if unit.tx.find_message(mark)?.is_some() {
            return Ok(nothing(authorization));
        }
        unit.tx.insert_message(tombstone(unit, mark))?;
        let refund = authorization.give_back(cleared.minus(self.remaining)?, unit.now())?;
        Ok(Reversal { refund, total: refund, ..nothing(authorization) })
    }

    fn give_back(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        authorization: &Authorization,
        amount: Money,
    ) -> Result<(), CommandError> {
        let receivable = LedgerAccountId::card_receivable(card.id);
        let owing =
            open_or_default(unit.tx, receivable, card.account, card.book, Role::CardReceivable)?;
        let parts = recipes::Refund {
            card: LedgerAccountId::card(card.id),
            receivable,
            amount,
            settles: owing.posted.negated()?.min(amount)?,
        };
        let source = Source { object: "authorization", id: authorization.id.value() };
        let posting = recipes::refund(&mut unit.ids, card.book, source, &parts)?;
        let now = unit.now();
        Ok(book_posting(unit.tx, posting, now)?)
    }
}

/// A row that says only that a message was reversed.
fn tombstone(unit: &Unit<'_>, id: MessageId) -> NetworkMessage {
    NetworkMessage {
        id,
        mti: String::new(),
        fingerprint: 0,
        authorization: None,
        cleared: None,
        fields: MaskedFields::default(),
        outcome: MessageOutcome::ReversedFirst,
        created_at: unit.now(),
    }
}

fn nothing(authorization: &Authorization) -> Reversal {
    let zero = Money::zero(authorization.held.currency());
    Reversal { held: authorization.held, refund: zero, total: zero }
}
