//! Cards: issue, fund, control, freeze, cancel, replace, reveal.

mod accounts;
mod controls;
mod describe;
pub(crate) mod freeze;
mod fulfil;
mod issue;
mod load;
mod replace;
mod retire;
mod reveal;
mod shipping;
mod sweep;
mod unload;
mod wallet;

pub use controls::{SetControls, SpendingView};
pub use describe::{Binding, DescribeCard};
pub use freeze::{FreezeCard, UnfreezeCard};
pub use fulfil::FulfilCard;
pub use issue::{Destination, IssueCard, NewPan};
pub use load::{LoadCard, Loaded};
pub use replace::ReplaceCard;
pub use retire::CancelCard;
pub use reveal::{RevealPan, Revealed};
pub use shipping::{open_shipping, seal_shipping};
pub use unload::{UnloadAmount, UnloadCard, Unloaded};
pub use wallet::ProvisionWallet;

pub(crate) use accounts::CardAccounts;
pub(crate) use issue::default_book;
pub(crate) use load::available;
pub(crate) use sweep::settle_and_sweep;

use cardium_cards::{Card, find_product};
use cardium_kernel::{CardId, Change};
use cardium_ledger::LedgerAccountId;

use crate::{CommandError, CommandResult, Ending, Unit, event::CardView};

/// The caller's card, or `resource_not_found`.
fn get_card(unit: &mut Unit<'_>, id: CardId) -> Result<Card, CommandError> {
    let found = unit.tx.find_card(id)?;
    unit.own_by_card(found, |card| (card.account, card.book, card.id), "card")
}

/// A card as its owner knows it: by its product and last digits. Its id follows, for agents; pages
/// leave it out.
fn known_as(card: &Card) -> String {
    let product = find_product(&card.bin).map_or("card", |product| product.name);
    format!("{product} ••{} ({})", card.last4, card.id)
}

/// The card as callers and subscribers see it.
fn view(unit: &mut Unit<'_>, card: Card) -> Result<CardView, CommandError> {
    let balance = unit.tx.find_ledger_account(LedgerAccountId::card(card.id))?;
    Ok(CardView { card, balance })
}

/// Keeps a change that subscribers are not told of, with its audit row; a repeat leaves none.
fn keep(
    unit: &mut Unit<'_>,
    (card, change): (Card, Change),
    action: &'static str,
) -> CommandResult<CardView> {
    let view = view(unit, card)?;
    if change == Change::Applied {
        unit.tx.save_card(view.card.clone())?;
        unit.audit(view.card.account, action, &view.card.id)?;
    }
    Ok(Ending::Done(view))
}
