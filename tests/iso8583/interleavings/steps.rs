//! What may happen to one card: the messages of its purchases and what its holder does meanwhile.

use std::fmt;

/// One card's story.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is on the card at the start, in cents.
    pub funds: i64,
    /// What happens, in this order.
    pub steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Step {
    /// The network sends a message.
    Send(Sent),
    /// The holder freezes the card.
    Freeze,
    /// The holder unfreezes it.
    Unfreeze,
    /// The holder loads this many cents.
    Load(i64),
    /// All holds of the card lapse.
    Expire,
}

/// A message of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What kind of message.
    pub kind: Kind,
    /// Names it within its case: two messages with one number are copies of each other.
    pub number: u32,
    /// Which of the card's purchases it belongs to: merchant and retrieval reference.
    pub purchase: u32,
    /// The amount in cents.
    pub cents: i64,
    /// Whether it is sent under the repeat's message type.
    pub copy: Copy,
    /// By what it names its purchase, besides the merchant.
    pub quotes: Quotes,
}

/// Whether a message says that it is a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    First,
    Repeat,
}

/// The kinds of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 0100.
    Request,
    /// 0120: the network approved in our place.
    Advice,
    /// 0200.
    Single,
    /// 0220, the only or last one.
    LastClearing,
    /// 0220, of which more follow.
    EarlyClearing,
    /// 0220 with DE 3 = 20.
    Refund,
    /// 0400 of the message with this number and message type, down to DE 95 if there is one.
    Reversal { original: u32, of: &'static str, remaining: Option<i64> },
}

/// What a message quotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quotes {
    /// DE 63.
    pub trace: bool,
    /// DE 38, the code that the message with this number was approved with.
    pub code_of: Option<u32>,
    /// DE 90, the trace number of the message with this number.
    pub numbers_of: Option<u32>,
}

impl Kind {
    /// Its message type.
    pub const fn mti(self) -> &'static str {
        match self {
            Self::Request => "0100",
            Self::Advice => "0120",
            Self::Single => "0200",
            Self::LastClearing | Self::EarlyClearing | Self::Refund => "0220",
            Self::Reversal { .. } => "0400",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(Sent { kind, number, purchase, cents, copy, quotes }) => {
                write!(f, "#{number} {kind:?} {cents} of purchase {purchase}")?;
                if *copy == Copy::Repeat {
                    write!(f, ", repeated")?;
                }
                if *quotes != Quotes::default() {
                    write!(f, ", {quotes:?}")?;
                }
                Ok(())
            }
            other => write!(f, "{other:?}"),
        }
    }
}
