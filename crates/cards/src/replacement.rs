//! One card in the place of another.
//!
//! Invariants: a card is replaced once and is cancelled by it; what limits are held against goes
//! on on the new card, so that replacing resets nothing; the first card of a line of replacements
//! knows the last, so that the card in use is found in two steps however long the line is.
//! Deliberately absent: the money, which the ledger moves in the same transaction.

use cardium_kernel::{CardId, Metadata, StoreError, Timestamp};
use cardium_vault::{Expiry, Sealed};

use crate::{Card, CardError, CardStore, StoredPan};

/// Why a card is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacementReason {
    /// Its holder does not find it.
    Lost,
    /// Somebody took it.
    Stolen,
    /// It does not work.
    Damaged,
    /// Its last month is over, or near.
    Expired,
    /// Somebody else knows its number.
    Compromised,
}

impl ReplacementReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Lost, Self::Stolen, Self::Damaged, Self::Expired, Self::Compromised];

    /// The reason's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Damaged => "damaged",
            Self::Expired => "expired",
            Self::Compromised => "compromised",
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Why a card is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// Its holder asked.
    Cardholder,
    /// Another one took its place.
    Replaced(ReplacementReason),
}

impl CancelReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Cardholder,
        Self::Replaced(ReplacementReason::Lost),
        Self::Replaced(ReplacementReason::Stolen),
        Self::Replaced(ReplacementReason::Damaged),
        Self::Replaced(ReplacementReason::Expired),
        Self::Replaced(ReplacementReason::Compromised),
    ];

    /// The reason's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cardholder => "cardholder",
            Self::Replaced(reason) => reason.as_str(),
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

fn lost_first() -> StoreError {
    StoreError::Corrupt { table: "cards", detail: "the first card of a line is missing".into() }
}

/// The last card of the line of replacements that begins with this one or goes through it,
/// whatever its status; none where this is the last.
///
/// # Errors
/// When a row cannot be read.
pub fn find_last(
    store: &mut (impl CardStore + ?Sized),
    card: &Card,
) -> Result<Option<Card>, StoreError> {
    let last = match card.first {
        Some(first) => store.find_card(first)?.and_then(|first| first.last),
        None => card.last,
    };
    match last.filter(|last| *last != card.id) {
        Some(last) => store.find_card(last),
        None => Ok(None),
    }
}

/// What the card in another's place does not take over from it.
#[derive(Debug, Clone)]
pub struct NewReplacement {
    /// The new card's id.
    pub id: CardId,
    /// The last four digits of its PAN.
    pub last4: String,
    /// The last month in which it works.
    pub expiry: Expiry,
    /// Why the old one is replaced.
    pub reason: ReplacementReason,
    /// Where plastic is sent, sealed for the new card.
    pub shipping: Option<Sealed>,
    /// Its owner's notes, where they are not the old card's.
    pub metadata: Option<Metadata>,
}

/// Why a card cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplaceError {
    /// The card does not allow it.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The drawn PAN belongs to another card: draw again.
    #[error("the drawn PAN is taken")]
    PanTaken,
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A card and the one in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The old card, cancelled.
    pub old: Card,
    /// The new one.
    pub new: Card,
}

/// Puts another card in the place of `old` and writes both: the new one with its PAN and with what
/// the old one spent.
///
/// # Errors
/// [`ReplaceError`]; the caller then drops the whole command.
pub fn replace(
    store: &mut (impl CardStore + ?Sized),
    mut old: Card,
    (new, pan): (NewReplacement, StoredPan),
    now: Timestamp,
) -> Result<Replacement, ReplaceError> {
    let new = old.replace(new, now)?;
    if store.find_card_by_pan(&pan.fingerprint)?.is_some() {
        return Err(ReplaceError::PanTaken);
    }
    if let Some(first) = old.first {
        let mut first = store.find_card(first)?.ok_or_else(lost_first)?;
        first.lead_to(new.id);
        store.save_card(first)?;
    }
    let spent = store.find_velocity(old.id)?;
    store.save_card(old.clone())?;
    store.save_card(new.clone())?;
    store.insert_pan(pan)?;
    if let Some(spent) = spent {
        store.save_velocity(spent.carried_to(new.id))?;
    }
    Ok(Replacement { old, new })
}

#[cfg(test)]
mod tests;
