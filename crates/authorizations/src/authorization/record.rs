use cardium_kernel::{AccountId, AuthorizationId, Book, CardId, Money, Timestamp};

use super::Tally;
use crate::{Merchant, hold_period};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant])* $value,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$value,)+];

            /// The word on the wire and in storage.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }

            /// What has this word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}

words! {
    /// Where an authorization is in its life.
    AuthorizationStatus {
        /// Awaits its clearings.
        Open = "open",
        /// Was cleared, and nothing more is expected.
        Cleared = "cleared",
        /// Was taken back before anything was cleared, or with all that was.
        Reversed = "reversed",
        /// Its hold lapsed uncleared.
        Expired = "expired",
    }
}

words! {
    /// Which message it began with.
    Origin {
        /// An authorization request that we decided (0100).
        Request = "request",
        /// An advice of what the network approved in our place (0120).
        Advice = "advice",
        /// A request that is decided and posted at once (0200).
        SingleMessage = "single_message",
        /// A clearing that no authorization preceded (0220).
        ForcePost = "force_post",
        /// A refund of no purchase that is known (0220, DE 3 = 20).
        Refund = "refund",
    }
}

/// The stored facts of an authorization: a projection of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRecord {
    /// The authorization's id, which is also that of its hold.
    pub id: AuthorizationId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spends.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// Which message it began with.
    pub origin: Origin,
    /// DE 38: what was answered, and what the clearing quotes.
    pub approval_code: String,
    /// DE 37: the acquirer's retrieval reference number.
    pub retrieval_reference: String,
    /// DE 11 of the first message.
    pub stan: String,
    /// DE 63: the network's own name for the whole transaction; empty where it gave none.
    pub network_trace: String,
    /// What was approved in all, less what was reversed.
    pub authorized: Money,
    /// What is still held on the card.
    pub held: Money,
    /// What is still expected beyond what the card could cover, and owed already.
    pub advanced: Money,
    /// What was cleared, less what was reversed.
    pub cleared: Money,
    /// What merchants gave back of it, less what was reversed.
    pub refunded: Money,
    /// What they gave back beyond what was cleared: at a moved rate, or for a purchase that is not
    /// known.
    pub excess: Money,
    /// What of it the network took back after merchants or disputes had given it back already. It
    /// makes up for the reversal of a refund.
    pub withheld: Money,
    /// What disputes gave back.
    pub credited: Money,
    /// What of it counts towards the card's limits, and since when.
    pub tallies: Vec<Tally>,
    /// Where it is in its life.
    pub status: AuthorizationStatus,
    /// Whether it was cleared after its hold was gone. A fact, not a parameter.
    pub late_presentment: bool,
    /// Who asked.
    pub merchant: Merchant,
    /// When the hold lapses.
    pub expires_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to begin an authorization.
#[derive(Debug, Clone)]
pub struct NewAuthorization {
    /// The authorization's id.
    pub id: AuthorizationId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spends.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// DE 38 where the network gave it; ours is made from the id.
    pub approval_code: Option<String>,
    /// DE 37.
    pub retrieval_reference: String,
    /// DE 11.
    pub stan: String,
    /// DE 63, empty for none.
    pub network_trace: String,
    /// What was approved.
    pub amount: Money,
    /// Who asked.
    pub merchant: Merchant,
}

impl AuthorizationRecord {
    /// An authorization of the whole amount, nothing of it held yet.
    pub(super) fn begin(new: NewAuthorization, origin: Origin, now: Timestamp) -> Self {
        let zero = Money::zero(new.amount.currency());
        Self {
            id: new.id,
            account: new.account,
            card: new.card,
            book: new.book,
            origin,
            approval_code: new.approval_code.unwrap_or_else(|| approval_code(new.id)),
            retrieval_reference: new.retrieval_reference,
            stan: new.stan,
            network_trace: new.network_trace,
            authorized: new.amount,
            held: zero,
            advanced: zero,
            cleared: zero,
            refunded: zero,
            excess: zero,
            withheld: zero,
            credited: zero,
            tallies: Vec::new(),
            status: AuthorizationStatus::Open,
            late_presentment: false,
            expires_at: now.after(hold_period(&new.merchant.mcc)),
            merchant: new.merchant,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The same for what nobody asked for beforehand.
    pub(super) fn unauthorized(new: NewAuthorization, origin: Origin, now: Timestamp) -> Self {
        let zero = Money::zero(new.amount.currency());
        Self { authorized: zero, ..Self::begin(new, origin, now) }
    }
}

/// DE 38, six digits, fixed by the authorization's id so that a rerun answers alike.
#[must_use]
pub fn approval_code(id: AuthorizationId) -> String {
    let digits = (id.value() >> 8).checked_rem(1_000_000).unwrap_or(0);
    format!("{digits:06}")
}
