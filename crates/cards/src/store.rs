use cardium_kernel::{AccountId, CardId, StoreError};
use cardium_vault::{PanFingerprint, Sealed};

use crate::{Card, Velocity};

/// A PAN as it is kept: sealed, and findable by its keyed fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPan {
    /// The card it belongs to.
    pub card: CardId,
    /// The tenant of the card, bound into the seal.
    pub account: AccountId,
    /// HMAC of the PAN, unique.
    pub fingerprint: PanFingerprint,
    /// The encrypted PAN.
    pub sealed: Sealed,
}

/// What card commands need of the open transaction.
#[cfg_attr(test, mockall::automock)]
pub trait CardStore {
    /// The card with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_card(&mut self, id: CardId) -> Result<Option<Card>, StoreError>;

    /// The card that bears this PAN.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_card_by_pan(&mut self, pan: &PanFingerprint) -> Result<Option<CardId>, StoreError>;

    /// The sealed PAN of a card.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_pan(&mut self, id: CardId) -> Result<Option<StoredPan>, StoreError>;

    /// What a card spent; nothing for one that never did.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_velocity(&mut self, id: CardId) -> Result<Option<Velocity>, StoreError>;

    /// Writes what a card spent.
    ///
    /// # Errors
    /// When the row was not read before.
    fn save_velocity(&mut self, velocity: Velocity) -> Result<(), StoreError>;

    /// Writes a card, new or changed.
    ///
    /// # Errors
    /// When the row was not read before; for a card that is new or becomes cancelled, also when
    /// the account's sequence was not announced.
    fn save_card(&mut self, card: Card) -> Result<(), StoreError>;

    /// How many cards an account has that are not cancelled. Saving a card keeps count, on the
    /// account's sequence row, which is locked.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    fn count_cards(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// Writes the PAN of a new card.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another card bears it.
    fn insert_pan(&mut self, pan: StoredPan) -> Result<(), StoreError>;
}
