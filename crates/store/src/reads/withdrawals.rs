use cardium_app::reads::{ListQuery, ReadResult, WithdrawalFilter, WithdrawalSort};
use cardium_kernel::{AccountId, Page, Timestamp, WithdrawalId};
use cardium_withdrawals::Withdrawal;

use super::{
    failed, first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Kind, Sql, Value},
    rows::{Row, book, time},
};

pub(super) fn find_withdrawal(
    connection: &mut Connection,
    account: AccountId,
    id: WithdrawalId,
) -> ReadResult<Option<Withdrawal>> {
    let sql = Sql::new(select::<Withdrawal>("id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn due(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> ReadResult<Vec<Withdrawal>> {
    let condition = "status = 'created' AND due_at <= ? ORDER BY due_at, id LIMIT ?";
    all(connection, &Sql::new(select::<Withdrawal>(condition)).bind(time(now)).int(limit))
}

pub(super) fn broadcasted(
    connection: &mut Connection,
    after: Option<WithdrawalId>,
    limit: i64,
) -> ReadResult<Vec<Withdrawal>> {
    let condition = "status = 'broadcasted' AND id > ? ORDER BY id LIMIT ?";
    let after = after.map_or(0, WithdrawalId::value);
    all(connection, &Sql::new(select::<Withdrawal>(condition)).id(after).int(limit))
}

fn all(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Vec<Withdrawal>> {
    let records = connection.select(sql, &Withdrawal::TABLE.kinds()).map_err(failed)?;
    records.into_iter().map(|record| Ok(Withdrawal::read(record)?)).collect()
}

pub(super) fn list_withdrawals(
    connection: &mut Connection,
    query: &ListQuery<WithdrawalFilter, WithdrawalSort>,
) -> ReadResult<Page<Withdrawal>> {
    let filter = &query.filter;
    let mut list = List::new(&Withdrawal::TABLE.list_as("w"), "withdrawals w", "w.id");
    list.and("w.account_id = ?", Value::id(query.account.value()));
    list.and_some("w.status = ?", filter.status, |status| text(status.as_str()));
    list.and_some("w.network = ?", filter.network, |network| text(network.as_str()));
    list.and_some("w.address = ?", filter.address.clone(), text);
    list.and_some("w.amount >= ?", filter.amount_min, |amount| Value::Int(amount.minor()));
    list.and_some("w.amount <= ?", filter.amount_max, |amount| Value::Int(amount.minor()));
    list.and_some("w.book = ?", filter.book, book);
    list.between("w.created_at", query);
    let sort = match query.sort.field {
        WithdrawalSort::CreatedAt => ("w.created_at", Kind::Int),
        WithdrawalSort::Amount => ("w.amount", Kind::Int),
        WithdrawalSort::Status => ("w.status", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &Withdrawal::TABLE.kinds())?;
    page(records, query, |record| Ok(Withdrawal::read(record)?))
}
