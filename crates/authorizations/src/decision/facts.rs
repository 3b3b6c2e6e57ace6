use cardium_kernel::Money;

use super::Rule;

/// A card's state as far as spending is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardStanding {
    /// Spends.
    Active,
    /// Frozen by its holder or the issuer.
    Frozen,
    /// Plastic that awaits activation.
    NotActivated,
    /// Cancelled.
    Closed,
}

/// What came of comparing the CVV2 of the message with the derived one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CvvCheck {
    /// The message carried none.
    Absent,
    /// They agree.
    Match,
    /// They differ.
    Mismatch,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// Goods or services (DE 3 = 00, 09).
    Purchase,
    /// Cash (DE 3 = 01).
    Cash,
    /// Whether the card is good: a purchase of nothing.
    Verification,
    /// What the card has (DE 3 = 31).
    BalanceInquiry,
    /// The announcement of a refund (DE 3 = 20).
    Credit,
}

impl RequestKind {
    /// Whether money is asked for, or announced.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Purchase | Self::Cash | Self::Credit)
    }
}

/// Whether the terminal takes less than it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartialApproval {
    /// It said so.
    Accepted,
    /// It did not.
    Refused,
}

/// What the operator's own endpoint said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookAnswer {
    /// There is none, or it is not asked for this kind of request.
    NotAsked,
    /// Yes.
    Approved,
    /// No.
    Declined,
    /// Nothing in time, and the stand-in rule says no.
    Unavailable,
}

/// A bound and how much of it is used: minor units or a number of transactions, as the rule has
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Which bound.
    pub rule: Rule,
    /// The bound.
    pub limit: i64,
    /// What counts towards it already.
    pub used: i64,
    /// What this request adds.
    pub requested: i64,
}

/// What the mandate of the agent that issued the card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MandateFacts {
    /// Whether it still holds.
    pub open: bool,
    /// Whether it takes the merchant's category.
    pub mcc_allowed: bool,
    /// Whether it takes the merchant itself.
    pub merchant_allowed: bool,
}

/// Everything a decision depends on, as read inside the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent fact of the request")]
pub struct Facts {
    /// What is asked for.
    pub kind: RequestKind,
    /// The card's state.
    pub standing: CardStanding,
    /// Whether the card's expiry month is over.
    pub expired: bool,
    /// Whether the message names another expiry than the card's.
    pub expiry_differs: bool,
    /// The CVV2's check.
    pub cvv: CvvCheck,
    /// Wrong CVV2 in a row before this one.
    pub cvv_failures: i64,
    /// Whether the card's own controls still let it spend.
    pub in_period: bool,
    /// Whether it may spend over this channel.
    pub channel_allowed: bool,
    /// Whether it may spend in this country.
    pub country_allowed: bool,
    /// Whether it may spend at merchants of this category.
    pub mcc_allowed: bool,
    /// Whether it may spend at this very merchant.
    pub merchant_allowed: bool,
    /// The agent's mandate; none for a card that no agent issued.
    pub mandate: Option<MandateFacts>,
    /// For a single-use card, how often it was used; none for any other, and for an increment.
    pub single_use: Option<i64>,
    /// The bounds on amounts and numbers, in the order of their precedence.
    pub limits: Vec<Limit>,
    /// What the network asks to hold, fees included, in the billing currency.
    pub amount: Money,
    /// What the card has available.
    pub available: Money,
    /// Whether less may be approved.
    pub partial: PartialApproval,
    /// The operator's own say.
    pub hook: HookAnswer,
}
