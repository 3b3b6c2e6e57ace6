use cardium_app::reads::{ListQuery, ReadResult, TransactionFilter, TransactionSort};
use cardium_authorizations::{Authorization, NetworkMessage, Transaction};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Page, Timestamp, TransactionId};

use super::{
    failed, first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, book, time},
};

/// More steps than an authorization has; beyond, the list of transactions has the rest.
const RELATED: i64 = 100;

pub(super) fn find_transaction(
    connection: &mut Connection,
    account: AccountId,
    id: TransactionId,
) -> ReadResult<Option<Transaction>> {
    let sql = Sql::new(select::<Transaction>("id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn find_authorization(
    connection: &mut Connection,
    account: AccountId,
    id: AuthorizationId,
) -> ReadResult<Option<Authorization>> {
    let sql = Sql::new(select::<Authorization>("id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn due_authorizations(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> ReadResult<Vec<(AuthorizationId, CardId, AccountId)>> {
    let text = "SELECT id, card_id, account_id FROM authorizations WHERE status = 'open' \
                AND expires_at <= ? ORDER BY expires_at, id LIMIT ?";
    let sql = Sql::new(text).bind(time(now)).int(limit);
    let records = connection.select(&sql, &[Kind::Id, Kind::Id, Kind::Id]).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("authorizations", record);
        let id = AuthorizationId::new(fields.id()?);
        Ok((id, CardId::new(fields.id()?), AccountId::new(fields.id()?)))
    };
    records.into_iter().map(read).collect()
}

pub(super) fn related(
    connection: &mut Connection,
    id: AuthorizationId,
) -> ReadResult<Vec<TransactionId>> {
    let text = "SELECT id FROM transactions WHERE authorization_id = ? ORDER BY id LIMIT ?";
    let sql = Sql::new(text).id(id.value()).int(RELATED);
    let records = connection.select(&sql, &[Kind::Id]).map_err(failed)?;
    let read = |record| Ok(TransactionId::new(Fields::new("transactions", record).id()?));
    records.into_iter().map(read).collect()
}

pub(super) fn find_message_of(
    connection: &mut Connection,
    account: AccountId,
    id: TransactionId,
) -> ReadResult<Option<NetworkMessage>> {
    let columns = NetworkMessage::TABLE.list_as("m");
    let text = format!(
        "SELECT {columns} FROM transactions t JOIN network_messages m ON m.id = t.message_id \
         WHERE t.id = ? AND t.account_id = ?"
    );
    first(connection, &Sql::new(text).id(id.value()).id(account.value()))
}

pub(super) fn list_transactions(
    connection: &mut Connection,
    query: &ListQuery<TransactionFilter, TransactionSort>,
) -> ReadResult<Page<Transaction>> {
    let filter = &query.filter;
    let mut list = List::new(&Transaction::TABLE.list_as("t"), "transactions t", "t.id");
    list.and("t.account_id = ?", Value::id(query.account.value()));
    list.and_some("t.card_id = ?", filter.card, |card| Value::id(card.value()));
    list.and_some("t.step = ?", filter.step, |step| text(step.as_str()));
    list.and_some("t.authorization_id = ?", filter.authorization, |id| Value::id(id.value()));
    list.and_some("t.kind = ?", filter.kind, |kind| text(kind.as_str()));
    list.and_some("t.response_code = ?", filter.response_code.clone(), text);
    list.and_some("t.mcc = ?", filter.mcc.clone(), text);
    list.and_some("t.merchant_name = ?", filter.merchant_name.clone(), text);
    list.and_some("t.amount >= ?", filter.amount_min, |amount| Value::Int(amount.minor()));
    list.and_some("t.amount <= ?", filter.amount_max, |amount| Value::Int(amount.minor()));
    list.and_cards("t.card_id", filter.cards.as_deref());
    list.and_some("t.book = ?", filter.book, book);
    list.between("t.created_at", query);
    let sort = match query.sort.field {
        TransactionSort::CreatedAt => ("t.created_at", Kind::Int),
        TransactionSort::Amount => ("t.amount", Kind::Int),
        TransactionSort::Status => ("t.step", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &Transaction::TABLE.kinds())?;
    page(records, query, |record| Ok(Transaction::read(record)?))
}
