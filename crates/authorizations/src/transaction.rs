use cardium_kernel::{
    AccountId, AuthorizationId, Book, CardId, MessageId, Money, Timestamp, TransactionId,
};

use crate::{DeclineReason, ForeignAmount};

/// What a transaction records; it never changes afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Approved, money held.
    Authorized,
    /// Cleared, money spent.
    Captured,
    /// Given back by the merchant.
    Refunded,
    /// Declined.
    Declined,
    /// Taken back by the network.
    Reversed,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Authorized, Self::Captured, Self::Refunded, Self::Declined, Self::Reversed];

    /// The step's word on the wire, where it is the transaction's `status`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Refunded => "refunded",
            Self::Declined => "declined",
            Self::Reversed => "reversed",
        }
    }

    /// The step with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// Which event of the card network a step records: finer than [`Step`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TransactionKind {
            $($(#[$doc])* $name,)+
        }

        impl TransactionKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kind's word on the wire and in storage.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The kind with this word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// A request for goods or services.
    Purchase = "purchase";
    /// A request for cash.
    Cash = "cash";
    /// A raise of an earlier request.
    Increment = "increment";
    /// A question whether the card is good, about no money.
    AccountVerification = "account_verification";
    /// A question what the card has.
    BalanceInquiry = "balance_inquiry";
    /// An announcement of a refund.
    CreditAuthorization = "credit_authorization";
    /// What the network decided in our place.
    Advice = "advice";
    /// A clearing of an authorization.
    Clearing = "clearing";
    /// A clearing that no authorization preceded.
    ForcePost = "force_post";
    /// Decided and posted by one message.
    SingleMessage = "single_message";
    /// A hold, or a part of it, taken back.
    AuthorizationReversal = "authorization_reversal";
    /// A clearing, or a part of it, taken back.
    ClearingReversal = "clearing_reversal";
    /// A hold that lapsed.
    Expiry = "expiry";
    /// Money that a merchant gave back.
    Refund = "refund";
    /// A refund, or a part of it, taken back.
    RefundReversal = "refund_reversal";
}

/// Whether more clearings of one authorization are to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// This is the last, or the only one.
    Last,
    /// Others follow.
    MoreToCome,
}

/// Who asked for the money (DE 18, 42, 43).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merchant {
    /// DE 43, positions 1 to 25.
    pub name: String,
    /// DE 18, merchant category code (ISO 18245).
    pub mcc: String,
    /// DE 42, card acceptor id.
    pub id: String,
    /// DE 43, positions 26 to 38.
    pub city: String,
    /// DE 43, positions 39 and 40 (ISO 3166 alpha-2).
    pub country: String,
}

/// One immutable step in the life of a card transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The transaction's id.
    pub id: TransactionId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// The authorization it belongs to; none for a decline.
    pub authorization: Option<AuthorizationId>,
    /// What happened.
    pub step: Step,
    /// The same, finer.
    pub kind: TransactionKind,
    /// How much, never negative; the fee is part of it.
    pub amount: Money,
    /// Our fee for the conversion, contained in the amount.
    pub fee: Money,
    /// What the merchant asked, where that is another currency than the card's.
    pub merchant_amount: Option<ForeignAmount>,
    /// Who asked.
    pub merchant: Merchant,
    /// DE 39 as answered.
    pub response_code: String,
    /// Why it was declined, where it was.
    pub decline: Option<DeclineReason>,
    /// The network message that caused it.
    pub message: Option<MessageId>,
    /// When it happened.
    pub created_at: Timestamp,
}
