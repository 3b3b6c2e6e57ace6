use cardium_app::reads::{ListQuery, ReadResult, TopupFilter, TopupSort};
use cardium_kernel::{AccountId, Page, Timestamp, TopupId};
use cardium_topups::Topup;

use super::{
    failed, first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, book, time},
};

pub(super) fn find_topup(
    connection: &mut Connection,
    account: AccountId,
    id: TopupId,
) -> ReadResult<Option<Topup>> {
    let sql = Sql::new(select::<Topup>("id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn find_by_address(
    connection: &mut Connection,
    address: &str,
) -> ReadResult<Option<Topup>> {
    first(connection, &Sql::new(select::<Topup>("address = ?")).text(address))
}

pub(super) fn due_topups(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> ReadResult<Vec<(TopupId, AccountId)>> {
    let text = "SELECT id, account_id FROM topups WHERE status = 'awaiting' \
                AND expires_at <= ? ORDER BY expires_at, id LIMIT ?";
    let sql = Sql::new(text).bind(time(now)).int(limit);
    let records = connection.select(&sql, &[Kind::Id, Kind::Id]).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("topups", record);
        Ok((TopupId::new(fields.id()?), AccountId::new(fields.id()?)))
    };
    records.into_iter().map(read).collect()
}

pub(super) fn list_topups(
    connection: &mut Connection,
    query: &ListQuery<TopupFilter, TopupSort>,
) -> ReadResult<Page<Topup>> {
    let filter = &query.filter;
    let mut list = List::new(&Topup::TABLE.list_as("t"), "topups t", "t.id");
    list.and("t.account_id = ?", Value::id(query.account.value()));
    if !filter.statuses.is_empty() {
        // The words are those of a closed enum, never the caller's text.
        let words: Vec<_> =
            filter.statuses.iter().map(|status| format!("'{}'", status.as_str())).collect();
        list.and_words("t.status", &words);
    }
    list.and_some("t.expired = ?", filter.expired, Value::Bool);
    list.and_some("t.asset = ?", filter.asset, |asset| text(asset.as_str()));
    list.and_some("t.network = ?", filter.network, |network| text(network.as_str()));
    list.and_some("t.txid = ?", filter.txid.clone(), text);
    list.and_some("t.amount >= ?", filter.amount_min, |amount| Value::Int(amount.minor()));
    list.and_some("t.amount <= ?", filter.amount_max, |amount| Value::Int(amount.minor()));
    list.and_some("t.book = ?", filter.book, book);
    list.between("t.created_at", query);
    let sort = match query.sort.field {
        TopupSort::CreatedAt => ("t.created_at", Kind::Int),
        TopupSort::Amount => ("t.amount", Kind::Int),
        TopupSort::Status => ("t.status", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &Topup::TABLE.kinds())?;
    page(records, query, |record| Ok(Topup::read(record)?))
}
