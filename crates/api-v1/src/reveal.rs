//! Reveals: the one answer that carries a card number.

use cardium_cards::Card;
use cardium_kernel::{AuditId, Book, CardId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{text::Text, word::Word};

/// What only the vault knows of a card.
#[derive(Clone, Copy)]
pub struct CardSecrets<'a> {
    /// The PAN's digits.
    pub pan: &'a str,
    /// The digits in groups.
    pub pan_formatted: &'a str,
    /// The CVV2.
    pub cvv: &'a str,
}

/// A revealed card. Deliberately without `Debug`.
#[derive(Serialize, JsonSchema)]
pub struct RevealOut<'a> {
    #[schemars(extend("const" = "card_pan"))]
    object: &'static str,
    card_id: Text<CardId>,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    pan: &'a str,
    pan_formatted: &'a str,
    cvv: &'a str,
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}$"), example = "2029-08")]
    expires_at: String,
    exp_month: u8,
    exp_year: u16,
    audit_id: Text<AuditId>,
}

impl<'a> RevealOut<'a> {
    /// The card with its secrets, and the audit row that records the reveal.
    #[must_use]
    pub fn new(card: &Card, secrets: CardSecrets<'a>, audit: AuditId) -> Self {
        Self {
            object: "card_pan",
            card_id: Text(card.id),
            mode: card.book.as_str(),
            pan: secrets.pan,
            pan_formatted: secrets.pan_formatted,
            cvv: secrets.cvv,
            expires_at: card.expiry.iso(),
            exp_month: card.expiry.month(),
            exp_year: card.expiry.year(),
            audit_id: Text(audit),
        }
    }
}
