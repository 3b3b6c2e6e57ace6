use std::sync::Arc;

use cardium_authorizations::{
    DeclineReason, MaskedFields, Merchant, MessageKey, MessageOutcome, NetworkMessage, Quote,
    late_copy, reversal_mark,
};
use cardium_cards::Card;
use cardium_kernel::{MessageId, Money};
use cardium_vault::PanFingerprint;

use super::frame::{Frame, Opening, Outcome, Reversed, Settled};
use crate::{CommandError, Hints, NaturalKey, RowKey, Unit};

/// What the programme answers to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkAnswer {
    /// Approved, with the approval code (DE 38).
    Approved {
        /// DE 38.
        approval_code: String,
    },
    /// Approved for less than was asked.
    ApprovedInPart {
        /// DE 38.
        approval_code: String,
        /// What is approved, in the billing currency and without our fee.
        billing: Money,
    },
    /// What the card has (DE 54).
    Balance {
        /// DE 38.
        approval_code: String,
        /// What may be spent.
        available: Money,
        /// What is posted, holds included.
        posted: Money,
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

/// The facts of a message that every kind of exchange shares.
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
    /// DE 11 of the message that the exchange is about: that of DE 90 where it is quoted.
    pub stan: String,
    /// DE 63, the network's name for the whole transaction; empty where it gives none.
    pub network_trace: String,
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
        let hints = Hints::rows([RowKey::Message(self.id())])
            .with_name(NaturalKey::Pan(*self.pan.as_bytes()));
        let request = self.key.request();
        request.iter().fold(hints, |hints, key| hints.with(RowKey::Message(key.id())))
    }

    /// The identity of the exchange.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.key.id()
    }

    /// What the message quotes of the one that it is about, with DE 38 where it is to count.
    pub(super) fn quote<'a>(&'a self, approval_code: Option<&'a str>) -> Quote<'a> {
        Quote {
            pan: *self.pan.as_bytes(),
            network_trace: &self.network_trace,
            approval_code,
            merchant: &self.merchant.id,
            retrieval_reference: &self.retrieval_reference,
            stan: &self.stan,
        }
    }

    /// For an advice: what the request of the same names did, where it did what the advice tells
    /// and that stands. The network did not get our answer in time, and all that remains is to say
    /// yes.
    pub(super) fn find_told(&self, unit: &mut Unit<'_>) -> Result<Option<Outcome>, CommandError> {
        let Some(request) = self.key.request() else { return Ok(None) };
        let found = unit.tx.find_message(request.id())?;
        let same = found.filter(|found| found.fingerprint == self.fingerprint);
        let Some(found) = same.filter(|found| found.effect.is_some()) else { return Ok(None) };
        let taken_back = unit.tx.find_message(reversal_mark(found.id))?.is_some();
        Ok((!taken_back).then(|| Outcome {
            authorization: found.authorization,
            effect: found.effect,
            fee: Some(found.fee),
            ..Outcome::default()
        }))
    }

    /// Looks whether the message was answered before, and for its card.
    pub(super) fn open(&self, unit: &mut Unit<'_>) -> Result<Opening<'_>, CommandError> {
        let Some(earlier) = unit.tx.find_message(self.id())? else {
            return self.begin(unit, self.id(), None);
        };
        let MessageOutcome::ReversedFirst { remaining } = earlier.outcome else {
            return Ok(Opening::Answered(self.repeat(earlier)));
        };
        let place = late_copy(self.id());
        match unit.tx.find_message(place)? {
            Some(answered) => Ok(Opening::Answered(self.repeat(answered))),
            None => self.begin(unit, place, Some(Reversed { remaining })),
        }
    }

    fn begin(
        &self,
        unit: &mut Unit<'_>,
        place: MessageId,
        reversed: Option<Reversed>,
    ) -> Result<Opening<'_>, CommandError> {
        let card = self.find_card(unit)?;
        Ok(Opening::Fresh(Frame { exchange: self, place, reversed }, card))
    }

    fn find_card(&self, unit: &mut Unit<'_>) -> Result<Option<Card>, CommandError> {
        match unit.tx.find_card_by_pan(&self.pan)? {
            Some(id) => Ok(unit.tx.find_card(id)?),
            None => Ok(None),
        }
    }

    /// The stored answer for a repeat; a copy with other contents is no repeat.
    fn repeat(&self, earlier: NetworkMessage) -> Settled {
        let reply = match earlier.outcome {
            MessageOutcome::Answered(bytes) if earlier.fingerprint == self.fingerprint => {
                Replied::Bytes(bytes)
            }
            MessageOutcome::Answered(_) | MessageOutcome::ReversedFirst { .. } => {
                Replied::Duplicate
            }
        };
        Settled { reply, transaction: None }
    }
}
