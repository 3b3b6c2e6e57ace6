use cardium_cards::{Brand, CardStatus, CardType, StoredPan, Velocity};
use cardium_kernel::{AccountId, Book, CardId, Page};

use super::{ListQuery, ReadResult};
use crate::event::CardView;

/// Which cards.
#[derive(Debug, Clone, Default)]
pub struct CardFilter {
    /// In this state.
    pub status: Option<CardStatus>,
    /// Of this type.
    pub card_type: Option<CardType>,
    /// Of this product.
    pub bin: Option<String>,
    /// Of this network.
    pub brand: Option<Brand>,
    /// With these last digits.
    pub last4: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// One of these cards.
    pub cards: Option<Vec<CardId>>,
    /// Of this book.
    pub book: Option<Book>,
}

/// How cards are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardSort {
    /// By moment.
    CreatedAt,
    /// By state.
    Status,
}

/// Queries about cards.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait CardReads {
    /// An account's card with its balance.
    fn find_card(&self, account: AccountId, id: CardId) -> ReadResult<Option<CardView>>;
    /// Those of at most a page of cards that are the account's, with their balances.
    fn find_cards(&self, account: AccountId, ids: &[CardId]) -> ReadResult<Vec<CardView>>;
    /// What an account's card spent; none for one that never did.
    fn find_velocity(&self, account: AccountId, id: CardId) -> ReadResult<Option<Velocity>>;
    /// An account's cards with their balances.
    fn list_cards(&self, query: &ListQuery<CardFilter, CardSort>) -> ReadResult<Page<CardView>>;
    /// The sealed PAN of an account's card: for the simulated card network, which like a real one
    /// must send it. Customers see a PAN only through [`crate::cards::RevealPan`].
    fn find_pan(&self, account: AccountId, id: CardId) -> ReadResult<Option<StoredPan>>;
}
