macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// Why the programme declines, precisely. The two-character ISO 8583 code is a lossy
        /// mapping of it, made at the network's edge.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DeclineReason {
            $($(#[$doc])* $name,)+
        }

        impl DeclineReason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The reason's word on the wire and in storage.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The reason with this word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str() == text)
            }
        }
    };
}

reasons! {
    /// No card bears this PAN.
    UnknownCard = "unknown_card";
    /// The card is cancelled.
    CardClosed = "card_closed";
    /// The card is frozen.
    CardFrozen = "card_frozen";
    /// Shipped plastic that was never activated.
    CardNotActivated = "card_not_activated";
    /// The expiry month is over.
    CardExpired = "card_expired";
    /// The message names another expiry than the card's.
    ExpiryMismatch = "expiry_mismatch";
    /// The CVV2 is wrong.
    CvvMismatch = "cvv_mismatch";
    /// The amount is zero or cannot be read.
    InvalidAmount = "invalid_amount";
    /// The billing amount is not in the card's currency.
    UnsupportedCurrency = "unsupported_currency";
    /// The processing code is none the programme knows.
    InvalidTransaction = "invalid_transaction";
    /// The card has less available than asked.
    InsufficientFunds = "insufficient_funds";
    /// The network reversed the authorization before it arrived.
    ReversedBefore = "reversed_before";
}
