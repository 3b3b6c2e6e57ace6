//! Cards: issue, fund, freeze, cancel, reveal.

mod freeze;
mod issue;
mod load;
mod retire;
mod reveal;
mod sweep;
mod unload;

pub use freeze::{FreezeCard, UnfreezeCard};
pub use issue::{IssueCard, NewPan};
pub use load::{LoadCard, Loaded};
pub use retire::CancelCard;
pub use reveal::{RevealPan, Revealed};
pub use unload::{UnloadAmount, UnloadCard, Unloaded};

pub(crate) use load::available;
pub(crate) use sweep::settle_and_sweep;

use cardium_cards::Card;
use cardium_kernel::{AccountId, CardId};
use cardium_ledger::LedgerAccountId;

use crate::{CommandError, Unit, event::CardView, unit::owned};

/// The caller's card, or `resource_not_found`.
fn get_card(unit: &mut Unit<'_>, id: CardId, account: AccountId) -> Result<Card, CommandError> {
    let found = unit.tx.find_card(id)?;
    owned(found, |card| card.account, account, "card")
}

/// The card as callers and subscribers see it.
fn view(unit: &mut Unit<'_>, card: Card) -> Result<CardView, CommandError> {
    let balance = unit.tx.find_ledger_account(LedgerAccountId::card(card.id))?;
    Ok(CardView { card, balance })
}
