use std::collections::HashMap;

use cardium_app::{
    event::CardView,
    reads::{CardFilter, CardSort, ListQuery, ReadResult},
};
use cardium_cards::{Card, StoredPan, Velocity};
use cardium_kernel::{AccountId, CardId, Page};
use cardium_ledger::{LedgerAccount, LedgerAccountId};

use super::{
    by_ids, first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Kind, Sql, Value},
    rows::{Row, book},
};

pub(super) fn find_card(
    connection: &mut Connection,
    account: AccountId,
    id: CardId,
) -> ReadResult<Option<CardView>> {
    let sql = Sql::new(select::<Card>("id = ? AND account_id = ?"));
    let card = first::<Card>(connection, &sql.id(id.value()).id(account.value()))?;
    let Some(card) = card else { return Ok(None) };
    let balance = by_ids(connection, &[LedgerAccountId::card(id).value()])?;
    Ok(Some(CardView { card, balance: balance.into_iter().next() }))
}

pub(super) fn find_cards(
    connection: &mut Connection,
    account: AccountId,
    ids: &[CardId],
) -> ReadResult<Vec<CardView>> {
    let ids: Vec<u128> = ids.iter().map(|id| id.value()).collect();
    let found = by_ids::<Card>(connection, &ids)?;
    with_balances(connection, found.into_iter().filter(|card| card.account == account).collect())
}

pub(super) fn find_velocity(
    connection: &mut Connection,
    account: AccountId,
    id: CardId,
) -> ReadResult<Option<Velocity>> {
    let mine = "card_id = ? AND EXISTS (SELECT 1 FROM cards c WHERE c.id = card_id \
                AND c.account_id = ?)";
    first(connection, &Sql::new(select::<Velocity>(mine)).id(id.value()).id(account.value()))
}

pub(super) fn find_pan(
    connection: &mut Connection,
    account: AccountId,
    id: CardId,
) -> ReadResult<Option<StoredPan>> {
    let sql = Sql::new(select::<StoredPan>("card_id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn list_cards(
    connection: &mut Connection,
    query: &ListQuery<CardFilter, CardSort>,
) -> ReadResult<Page<CardView>> {
    let filter = &query.filter;
    let mut list = List::new(&Card::TABLE.list_as("c"), "cards c", "c.id");
    list.and("c.account_id = ?", Value::id(query.account.value()));
    list.and_some("c.status = ?", filter.status, |status| text(status.as_str()));
    list.and_some("c.card_type = ?", filter.card_type, |kind| text(kind.as_str()));
    list.and_some("c.bin = ?", filter.bin.clone(), text);
    list.and_some("c.brand = ?", filter.brand, |brand| text(brand.as_str()));
    list.and_some("c.last4 = ?", filter.last4.clone(), text);
    list.and_some("c.label = ?", filter.label.clone(), text);
    list.and_cards("c.id", filter.cards.as_deref());
    list.and_some("c.book = ?", filter.book, book);
    list.between("c.created_at", query);
    let sort = match query.sort.field {
        CardSort::CreatedAt => ("c.created_at", Kind::Int),
        CardSort::Status => ("c.status", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &Card::TABLE.kinds())?;
    let cards = page(records, query, |record| Ok(Card::read(record)?))?;
    Ok(Page { items: with_balances(connection, cards.items)?, has_more: cards.has_more })
}

fn with_balances(connection: &mut Connection, cards: Vec<Card>) -> ReadResult<Vec<CardView>> {
    let mut balances = balances(connection, &cards)?;
    let view = |card: Card| {
        let balance = balances.remove(&LedgerAccountId::card(card.id));
        CardView { card, balance }
    };
    Ok(cards.into_iter().map(view).collect())
}

/// The balances of a page of cards, in one query.
fn balances(
    connection: &mut Connection,
    cards: &[Card],
) -> ReadResult<HashMap<LedgerAccountId, LedgerAccount>> {
    let ids: Vec<u128> = cards.iter().map(|card| LedgerAccountId::card(card.id).value()).collect();
    let accounts = by_ids::<LedgerAccount>(connection, &ids)?;
    Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
}
