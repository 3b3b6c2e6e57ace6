//! What the test helpers may wish for.

use cardium_authorizations::{PartialApproval, RequestKind};
use cardium_cards::Channel;
use cardium_kernel::{Money, TransactionId};
use cardium_vault::SecretText;

/// The CVV2 that a simulated buyer types in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CvvChoice {
    /// The right one.
    Good,
    /// A wrong one.
    Bad,
    /// None.
    None,
    /// This one.
    Text(SecretText),
}

/// By which message a simulated request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// 0100: to be cleared later.
    Request,
    /// 0200: decided and posted at once.
    SingleMessage,
    /// 0120: the network approved in our place.
    Advice,
}

/// A use of a card as a test helper describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPurchase {
    /// How much, in the currency of the card.
    pub amount: Money,
    /// The merchant's name; what does not fit DE 43 is cut.
    pub merchant_name: String,
    /// The merchant's id (DE 42), at most 15 characters; the simulator's own where it is not said.
    pub merchant_id: Option<String>,
    /// The merchant category code, four digits (ISO 18245).
    pub mcc: String,
    /// The merchant's country, two letters (ISO 3166).
    pub country: String,
    /// What the merchant asks in, three letters (ISO 4217).
    pub currency: Option<String>,
    /// The CVV2 that the buyer types in.
    pub cvv: CvvChoice,
    /// How the card is used.
    pub channel: Channel,
    /// Whether the terminal takes less than it asks for.
    pub partial: PartialApproval,
    /// What is asked for.
    pub kind: RequestKind,
    /// By which message.
    pub way: Way,
}

/// A posting that no request precedes, as a test helper describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPosting {
    /// How much, in the currency of the card.
    pub amount: Money,
    /// The transaction it is about, if any.
    pub transaction: Option<TransactionId>,
    /// The merchant's name.
    pub merchant_name: Option<String>,
    /// The merchant category code.
    pub mcc: Option<String>,
}
