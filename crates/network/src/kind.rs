//! What a message is: by its message type, and by its processing code.

use cardium_iso8583::Message;

/// What a message of some type asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Authorization,
    Advice,
    Single,
    Clearing,
    Reversal,
    Management,
    /// A message type that is not known.
    Other,
}

impl Kind {
    /// What a message of this type asks for. Repeats ask for the same as their first copy.
    pub(crate) fn of(message: &Message) -> Self {
        match message.mti().as_str() {
            "0100" | "0101" => Self::Authorization,
            "0120" | "0121" => Self::Advice,
            "0200" | "0201" => Self::Single,
            "0220" | "0221" => Self::Clearing,
            "0400" | "0401" | "0420" | "0421" => Self::Reversal,
            "0800" | "0801" => Self::Management,
            _ => Self::Other,
        }
    }

    /// What the request must carry, besides a PAN in DE 2 or 35.
    pub(crate) const fn required(self, processing: Processing) -> &'static [u8] {
        match (self, processing) {
            (Self::Authorization | Self::Single, Processing::Inquiry) => &[3, 7, 11],
            (Self::Authorization | Self::Single | Self::Advice | Self::Clearing, _) => {
                &[3, 4, 7, 11]
            }
            (Self::Reversal, _) => &[7, 11, 90],
            (Self::Management | Self::Other, _) => &[],
        }
    }

    /// Whether it tells what has happened, which its sender repeats until it is acknowledged.
    pub(crate) const fn is_told(self) -> bool {
        matches!(self, Self::Advice | Self::Clearing | Self::Reversal)
    }
}

/// The kind of transaction, from the first two digits of DE 3 (ISO 8583:1987).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Processing {
    /// 00, goods and services.
    Purchase,
    /// 01, cash.
    Cash,
    /// 09, goods and services with cash back.
    CashBack,
    /// 20, returns.
    Credit,
    /// 30 and 31, a question for the balance.
    Inquiry,
    /// None the programme knows.
    Other,
}

impl Processing {
    pub(crate) fn of(message: &Message) -> Self {
        match message.get(3).and_then(|code| code.get(..2)) {
            Some("00") => Self::Purchase,
            Some("01") => Self::Cash,
            Some("09") => Self::CashBack,
            Some("20") => Self::Credit,
            Some("30" | "31") => Self::Inquiry,
            _ => Self::Other,
        }
    }
}
