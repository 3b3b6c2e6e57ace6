use cardium_authorizations::{
    Authorization, AuthorizationStatus, MaskedFields, MessageOutcome, NetworkMessage, Step,
    Transaction,
};
use cardium_cards::Card;
use cardium_kernel::{MessageId, Money};
use cardium_ledger::{
    HoldId, LedgerAccountId, Role, Source, book_posting, change_hold, open_or_default, recipes,
};

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, NaturalKey, RowKey, Unit, UseCase,
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
            .with_name(NaturalKey::Exchange(self.original))
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Reversed> {
        if let Some(Earlier::Reply(reply)) = self.exchange.replay(unit)? {
            return Ok(Ending::Preview(Reversed { reply, transaction: None }));
        }
        let reply = (self.exchange.encode)(&NetworkAnswer::Accepted);
        let card = self.exchange.find_card(unit)?;
        let original = self.find_original(unit)?;
        let transaction = match (card, original) {
            (Some(card), Some(found)) if found.card == card.id => {
                self.take_back(unit, &card, found, &reply.response_code)?
            }
            _ => None,
        };
        let authorization = transaction.as_ref().and_then(|step| step.authorization);
        self.exchange.record(unit, &reply, authorization)?;
        Ok(Ending::Done(Reversed { reply: Replied::Bytes(reply.bytes), transaction }))
    }
}

impl Reverse {
    /// The authorization to take back. An unknown original is remembered as reversed first.
    fn find_original(&self, unit: &mut Unit<'_>) -> Result<Option<Authorization>, CommandError> {
        let Some(message) = unit.tx.find_message(self.original)? else {
            unit.tx.insert_message(self.tombstone(unit))?;
            return Ok(None);
        };
        match message.authorization {
            Some(id) => Ok(unit.tx.find_authorization(id)?),
            None => Ok(None),
        }
    }

    fn tombstone(&self, unit: &Unit<'_>) -> NetworkMessage {
        NetworkMessage {
            id: self.original,
            mti: String::new(),
            fingerprint: 0,
            authorization: None,
            fields: MaskedFields::default(),
            outcome: MessageOutcome::ReversedFirst,
            created_at: unit.now(),
        }
    }

    fn take_back(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        mut authorization: Authorization,
        response_code: &str,
    ) -> Result<Option<Transaction>, CommandError> {
        if authorization.status == AuthorizationStatus::Reversed {
            return Ok(None);
        }
        let now = unit.now();
        let reversal = authorization.reverse(self.remaining, now)?;
        if !reversal.total.is_positive() {
            return Ok(None);
        }
        let hold = HoldId::from(authorization.id);
        change_hold(unit.tx, hold, LedgerAccountId::card(card.id), reversal.held, now)?;
        if reversal.refund.is_positive() {
            self.give_back(unit, card, &authorization, reversal.refund)?;
        }
        unit.tx.save_authorization(authorization.clone())?;
        let step = (Step::Reversed, reversal.total);
        let id = Some(authorization.id);
        let step = self.exchange.append_step(unit, card, step, id, (response_code, None))?;
        Ok(Some(step))
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
