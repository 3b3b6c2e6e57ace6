//! The seal on an address.

use cardium_cards::{Card, Shipping};
use cardium_kernel::{AccountId, CardId};
use cardium_vault::{Aad, Keys, SealRandom, Sealed, open, seal};

use crate::CommandError;

fn aad(account: AccountId, card: CardId) -> Aad {
    let (account, card) = (account.value().to_be_bytes(), card.value().to_be_bytes());
    Aad::new(account, &card, "card.shipping")
}

/// Seals an address for a card.
///
/// # Errors
/// [`CommandError::Internal`] when the keys are unusable.
pub fn seal_shipping(
    keys: &Keys,
    (account, card): (AccountId, CardId),
    shipping: &Shipping,
    random: &[u8; SealRandom::BYTES],
) -> Result<Sealed, CommandError> {
    let (text, random) = (shipping.to_text(), SealRandom::from_bytes(random));
    seal(text.as_bytes(), &aad(account, card), keys.ring().active(), random)
        .map_err(|error| CommandError::Internal(error.to_string()))
}

/// The address that a card's plastic is sent to; none for virtual cards, and for cards whose seal
/// does not open.
#[must_use]
pub fn open_shipping(keys: &Keys, card: &Card) -> Option<Shipping> {
    let opened = open(card.shipping.as_deref()?, &aad(card.account, card.id), keys.ring()).ok()?;
    Shipping::parse_text(str::from_utf8(&opened).ok()?)
}
