use std::sync::Arc;

use cardium_authorizations::{
    DeclineReason, MaskedFields, Merchant, MessageKey, MessageOutcome, NetworkMessage, Step,
    Transaction,
};
use cardium_cards::Card;
use cardium_kernel::{AuthorizationId, MessageId, Money, TransactionId};
use cardium_vault::PanFingerprint;

use crate::{CommandError, EventType, Hints, NaturalKey, RowKey, Snapshot, Unit};

/// What the programme answers to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkAnswer {
    /// Approved, with the approval code (DE 38).
    Approved {
        /// DE 38.
        approval_code: String,
    },
    /// Declined for this reason.
    Declined(DeclineReason),
    /// Taken note of: the answer to an advice, a clearing or a reversal.
    Accepted,
}

/// The bytes of an answer with what may be shown of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkReply {
    /// DE 39.
    pub response_code: String,
    /// The encoded response.
    pub bytes: Vec<u8>,
    /// Request and response fields, masked.
    pub fields: MaskedFields,
}

/// Encodes an answer to one request. The network's edge implements it; it runs inside the
/// transaction, so it is pure.
type Encode = dyn Fn(&NetworkAnswer) -> NetworkReply + Send + Sync;

/// The facts of a request that every kind of exchange shares.
#[derive(Clone)]
pub struct Exchange {
    /// What names the exchange.
    pub key: MessageKey,
    /// The message type indicator.
    pub mti: String,
    /// The card, by keyed fingerprint of its PAN.
    pub pan: PanFingerprint,
    /// A keyed digest of PAN and amount: a repeat must carry the same.
    pub fingerprint: u128,
    /// Who asks.
    pub merchant: Merchant,
    /// DE 37.
    pub retrieval_reference: String,
    /// Encodes the answer.
    pub encode: Arc<Encode>,
}

/// What goes back on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replied {
    /// These bytes, just made or replayed.
    Bytes(Vec<u8>),
    /// Another request used the same key: DE 39 is 94.
    Duplicate,
}

impl Exchange {
    /// The exchange's own row, and the card with everything that hangs on it.
    #[must_use]
    pub fn hints(&self) -> Hints {
        Hints::rows([RowKey::Message(self.key.id())])
            .with_name(NaturalKey::Pan(*self.pan.as_bytes()))
    }

    /// The stored answer of an earlier copy of this message, if there is one.
    ///
    /// # Errors
    /// When the row was not announced.
    pub fn replay(&self, unit: &mut Unit<'_>) -> Result<Option<Earlier>, CommandError> {
        let Some(message) = unit.tx.find_message(self.key.id())? else {
            return Ok(None);
        };
        Ok(Some(match message.outcome {
            MessageOutcome::ReversedFirst => Earlier::ReversedFirst,
            MessageOutcome::Answered(_) if message.fingerprint != self.fingerprint => {
                Earlier::Reply(Replied::Duplicate)
            }
            MessageOutcome::Answered(bytes) => Earlier::Reply(Replied::Bytes(bytes)),
        }))
    }

    /// The card that bears the PAN.
    ///
    /// # Errors
    /// When the rows were not announced.
    pub fn find_card(&self, unit: &mut Unit<'_>) -> Result<Option<Card>, CommandError> {
        match unit.tx.find_card_by_pan(&self.pan)? {
            Some(id) => Ok(unit.tx.find_card(id)?),
            None => Ok(None),
        }
    }

    /// Records the exchange with its answer, and what it cleared, where it is a clearing.
    ///
    /// # Errors
    /// When it was recorded before.
    pub fn record(
        &self,
        unit: &mut Unit<'_>,
        reply: &NetworkReply,
        authorization: Option<AuthorizationId>,
        cleared: Option<Money>,
    ) -> Result<(), CommandError> {
        Ok(unit.tx.insert_message(NetworkMessage {
            id: self.key.id(),
            mti: self.mti.clone(),
            fingerprint: self.fingerprint,
            authorization,
            cleared,
            fields: reply.fields.clone(),
            outcome: MessageOutcome::Answered(reply.bytes.clone()),
            created_at: unit.now(),
        })?)
    }

    /// Appends the step that the exchange made, with its event.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    pub fn append_step(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        (step, amount): (Step, Money),
        authorization: Option<AuthorizationId>,
        (response_code, decline): (&str, Option<DeclineReason>),
    ) -> Result<Transaction, CommandError> {
        let transaction = Transaction {
            id: TransactionId::new(unit.ids.mint()),
            account: card.account,
            card: card.id,
            book: card.book,
            authorization,
            step,
            amount,
            merchant: self.merchant.clone(),
            response_code: response_code.to_owned(),
            decline,
            message: Some(self.key.id()),
            created_at: unit.now(),
        };
        unit.tx.insert_transaction(transaction.clone())?;
        unit.emit(event_of(step), Snapshot::Transaction(transaction.clone()))?;
        Ok(transaction)
    }

    /// The identity of the exchange.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.key.id()
    }
}

/// What is already known of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// It was answered.
    Reply(Replied),
    /// Its reversal came first.
    ReversedFirst,
}

const fn event_of(step: Step) -> EventType {
    match step {
        Step::Authorized => EventType::TransactionAuthorized,
        Step::Captured => EventType::TransactionCaptured,
        Step::Refunded => EventType::TransactionRefunded,
        Step::Declined => EventType::TransactionDeclined,
        Step::Reversed => EventType::TransactionReversed,
    }
}
