use cardium_kernel::{AuthorizationId, MessageId, Money, Timestamp, digest128};

use crate::Trace;

/// Whether a message asks for a decision or tells of what has happened (third digit of the MTI).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Function {
    /// It asks.
    #[default]
    Request,
    /// It tells.
    Advice,
}

/// The fields that make a network message unique (DE 32, 7, 11, 41, 37, and what the MTI says of
/// its class and function). A reversal may be asked for and then told under one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageKey {
    /// Second digit of the MTI: 1 authorization, 2 financial, 4 reversal.
    pub class: char,
    /// Whether the message asks or tells.
    pub function: Function,
    /// DE 32, acquiring institution.
    pub acquirer: String,
    /// DE 7, transmission date and time, `MMDDhhmmss`.
    pub transmitted_at: String,
    /// DE 11, system trace audit number.
    pub trace: String,
    /// DE 41, terminal.
    pub terminal: String,
    /// DE 37, retrieval reference number.
    pub retrieval_reference: String,
}

impl MessageKey {
    /// The identity of the exchange: the same for a message and its repeats.
    #[must_use]
    pub fn id(&self) -> MessageId {
        let class = match (self.class, self.function) {
            // An advice of an authorization and a financial request came after their siblings,
            // whose keys are the class alone.
            ('1', Function::Advice) => "1 advice".to_owned(),
            ('2', Function::Request) => "2 request".to_owned(),
            (class, _) => class.to_string(),
        };
        let parts: [&[u8]; 7] = [
            b"iso8583",
            class.as_bytes(),
            self.acquirer.as_bytes(),
            self.transmitted_at.as_bytes(),
            self.trace.as_bytes(),
            self.terminal.as_bytes(),
            self.retrieval_reference.as_bytes(),
        ];
        MessageId::new(digest128(&parts))
    }
}

impl MessageKey {
    /// For an advice, the key of the request that it may stand for: the network tells under the
    /// same names what it asked before and got no answer to in time.
    #[must_use]
    pub fn request(&self) -> Option<Self> {
        let tells = matches!(self.class, '1' | '2') && self.function == Function::Advice;
        tells.then(|| Self { function: Function::Request, ..self.clone() })
    }

    /// For a request, the key of the advice by which the network may tell of it.
    #[must_use]
    pub fn advice(&self) -> Option<Self> {
        let asks = matches!(self.class, '1' | '2') && self.function == Function::Request;
        asks.then(|| Self { function: Function::Advice, ..self.clone() })
    }
}

/// The mark that what a message did was taken back, kept under an id derived from its own: that
/// happens once, whatever the reversals are called.
#[must_use]
pub fn reversal_mark(message: MessageId) -> MessageId {
    MessageId::new(digest128(&[b"reversal of", &message.value().to_be_bytes()]))
}

/// Where the exchange of a message is kept that arrived after its reversal: its own place is taken
/// by the reversal's note.
#[must_use]
pub fn late_copy(message: MessageId) -> MessageId {
    MessageId::new(digest128(&[b"late copy of", &message.value().to_be_bytes()]))
}

/// The fields of a message that may be shown: PAN masked, no CVV, track data or PIN block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MaskedFields(Vec<(u8, String)>);

impl MaskedFields {
    /// Takes fields that the network's edge has masked, by data element number.
    #[must_use]
    pub const fn new(fields: Vec<(u8, String)>) -> Self {
        Self(fields)
    }

    /// The fields, by data element number.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &str)> {
        self.0.iter().map(|(number, value)| (*number, value.as_str()))
    }

    /// One line a field, `number=value`, for storage.
    #[must_use]
    pub fn to_text(&self) -> String {
        let lines = self.0.iter().map(|(number, value)| {
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            format!("{number}={value}\n")
        });
        lines.collect()
    }

    /// Reads what [`Self::to_text`] wrote; lines of another form are left out.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let field = |line: &str| {
            let (number, value) = line.split_once('=')?;
            Some((number.parse().ok()?, value.to_owned()))
        };
        Self(text.lines().filter_map(field).collect())
    }
}

/// What the programme made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageOutcome {
    /// Answered with these bytes; a repeat gets the same.
    Answered(Vec<u8>),
    /// Its reversal came first and left no more than this: should the message itself arrive, a
    /// request is declined, and what was posted already is posted and taken back.
    ReversedFirst {
        /// What the reversal left (DE 95); none for a full one.
        remaining: Option<Money>,
    },
}

/// What a message changed, so that a reversal of it takes back that and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It opened an authorization.
    Authorized(Money),
    /// It raised one.
    Incremented(Money),
    /// It cleared.
    Cleared(Money),
    /// It refunded.
    Refunded(Money),
}

impl Effect {
    /// The effect's word in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorized(_) => "authorized",
            Self::Incremented(_) => "incremented",
            Self::Cleared(_) => "cleared",
            Self::Refunded(_) => "refunded",
        }
    }

    /// How much.
    #[must_use]
    pub const fn amount(self) -> Money {
        match self {
            Self::Authorized(amount)
            | Self::Incremented(amount)
            | Self::Cleared(amount)
            | Self::Refunded(amount) => amount,
        }
    }

    /// The effect with this word.
    #[must_use]
    pub fn from_parts(word: &str, amount: Money) -> Option<Self> {
        let all = [Self::Authorized, Self::Incremented, Self::Cleared, Self::Refunded];
        all.into_iter().map(|make| make(amount)).find(|effect| effect.as_str() == word)
    }
}

/// One exchange with the card network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkMessage {
    /// Derived from [`MessageKey`].
    pub id: MessageId,
    /// The message type indicator.
    pub mti: String,
    /// A keyed digest of PAN and amount: a repeat must carry the same.
    pub fingerprint: u128,
    /// The authorization it opened or changed.
    pub authorization: Option<AuthorizationId>,
    /// What it changed, if anything.
    pub effect: Option<Effect>,
    /// Our fee for the conversion, contained in the effect's amount; zero where there is none.
    pub fee: Money,
    /// The checks behind its decision, where one was taken.
    pub decision: Option<Trace>,
    /// The fields of request and response that may be shown.
    pub fields: MaskedFields,
    /// What came of it.
    pub outcome: MessageOutcome,
    /// When it was answered.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_round_trip_without_control_characters() {
        let fields =
            MaskedFields::new(vec![(2, "489517******4218".into()), (43, "A=B\n2=x".into())]);
        let read = MaskedFields::from_text(&fields.to_text());
        let expected = vec![(2, "489517******4218"), (43, "A=B2=x")];
        assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_advice_has_a_key_of_its_own_and_knows_that_of_its_request() {
        for class in ['1', '2'] {
            let request = MessageKey { class, trace: "1".into(), ..MessageKey::default() };
            let advice = MessageKey { function: Function::Advice, ..request.clone() };
            assert_ne!(request.id(), advice.id());
            assert_eq!(advice.request().map(|key| key.id()), Some(request.id()));
            assert_eq!(request.advice().map(|key| key.id()), Some(advice.id()));
            assert_eq!((request.request(), advice.advice()), (None, None));
        }
        let asked = MessageKey { class: '4', ..MessageKey::default() };
        let told = MessageKey { function: Function::Advice, ..asked.clone() };
        assert_eq!((asked.id(), told.request()), (told.id(), None));
    }

    #[test]
    fn the_class_is_part_of_the_key() {
        let authorization = MessageKey { class: '1', trace: "1".into(), ..MessageKey::default() };
        let reversal = MessageKey { class: '4', ..authorization.clone() };
        assert_ne!(authorization.id(), reversal.id());
    }
}
