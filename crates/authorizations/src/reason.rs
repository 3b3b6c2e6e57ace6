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
    /// Too many wrong CVV2 in a row.
    CvvTriesExceeded = "cvv_tries_exceeded";
    /// The card's own controls let it spend only until a moment that is over.
    ControlsExpired = "controls_expired";
    /// The card does not spend over this channel.
    ChannelBlocked = "channel_blocked";
    /// The card does not spend in this country.
    CountryBlocked = "country_blocked";
    /// The card does not spend at merchants of this category.
    MccBlocked = "mcc_blocked";
    /// The card is locked to another merchant.
    MerchantBlocked = "merchant_blocked";
    /// An agent issued the card, and its mandate is over or was taken back.
    AgentMandateOver = "agent_mandate_over";
    /// The mandate of the agent that issued the card does not take merchants of this category.
    AgentMccBlocked = "agent_mcc_blocked";
    /// The mandate of the agent that issued the card does not take this merchant.
    AgentMerchantBlocked = "agent_merchant_blocked";
    /// Above what that mandate lets one transaction come to.
    AgentTransactionLimit = "agent_transaction_limit";
    /// A single-use card was used.
    SingleUseSpent = "single_use_spent";
    /// Above the card's limit for one transaction.
    TransactionLimit = "transaction_limit";
    /// Above what the product allows in one transaction.
    ProductTransactionLimit = "product_transaction_limit";
    /// Above what the product allows in a month.
    ProductMonthlyLimit = "product_monthly_limit";
    /// Above the card's limit for the day.
    DailyLimit = "daily_limit";
    /// Above the card's limit for the week.
    WeeklyLimit = "weekly_limit";
    /// Above the card's limit for the month.
    MonthlyLimit = "monthly_limit";
    /// Above the card's limit for all its life.
    LifetimeLimit = "lifetime_limit";
    /// More transactions than the card may make in a day.
    DailyCount = "daily_count";
    /// More transactions than the card may make in a week.
    WeeklyCount = "weekly_count";
    /// More transactions than the card may make in a month.
    MonthlyCount = "monthly_count";
    /// More transactions than the card may ever make.
    LifetimeCount = "lifetime_count";
    /// The authorization was raised as often as one may be.
    TooManyIncrements = "too_many_increments";
    /// The operator's decision endpoint said no.
    HookDeclined = "hook_declined";
    /// The operator's decision endpoint did not answer in time, and the stand-in rule says no.
    HookUnavailable = "hook_unavailable";
    /// The network declined it in our place.
    StandInDeclined = "stand_in_declined";
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
