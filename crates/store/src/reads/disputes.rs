use std::collections::BTreeMap;

use cardium_app::reads::{DisputeFilter, DisputeSort, ListQuery, ReadResult};
use cardium_authorizations::{Step, Transaction};
use cardium_disputes::{Dispute, Evidence};
use cardium_kernel::{AccountId, AuthorizationId, BlobId, DisputeId, Page};

use super::{
    failed, first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Fields, Kind, Record, Sql, Value},
    rows::{DisputeRow, EvidenceRow, Row, book},
};

pub(super) fn find_capture(
    connection: &mut Connection,
    id: AuthorizationId,
) -> ReadResult<Option<Transaction>> {
    let rest = "authorization_id = ? AND step = ? ORDER BY id DESC LIMIT 1";
    let sql = Sql::new(select::<Transaction>(rest));
    first(connection, &sql.id(id.value()).text(Step::Captured.as_str()))
}

pub(super) fn find_dispute(
    connection: &mut Connection,
    account: AccountId,
    id: DisputeId,
) -> ReadResult<Option<Dispute>> {
    let sql = Sql::new(select::<DisputeRow>("id = ? AND account_id = ?"));
    let row = first::<DisputeRow>(connection, &sql.id(id.value()).id(account.value()))?;
    let Some(row) = row else { return Ok(None) };
    let list = EvidenceRow::TABLE.list();
    let text = format!("SELECT {list} FROM dispute_evidence WHERE dispute_id = ? ORDER BY id");
    let kinds = EvidenceRow::TABLE.kinds();
    let records = connection.select(&Sql::new(text).id(id.value()), &kinds).map_err(failed)?;
    Ok(Some(row.join(evidence(records)?)))
}

pub(super) fn list_disputes(
    connection: &mut Connection,
    query: &ListQuery<DisputeFilter, DisputeSort>,
) -> ReadResult<Page<Dispute>> {
    let filter = &query.filter;
    let mut list = List::new(&DisputeRow::TABLE.list_as("d"), "disputes d", "d.id");
    list.and("d.account_id = ?", Value::id(query.account.value()));
    list.and_some("d.status = ?", filter.status, |status| text(status.as_str()));
    // Any step leads to all disputes of its purchase. Another's step leads to none of the caller's.
    let of_purchase = "d.authorization_id = \
                       (SELECT t.authorization_id FROM transactions t WHERE t.id = ?)";
    list.and_some(of_purchase, filter.transaction, |id| Value::id(id.value()));
    list.and_some("d.amount >= ?", filter.amount_min, |amount| Value::Int(amount.minor()));
    list.and_some("d.amount <= ?", filter.amount_max, |amount| Value::Int(amount.minor()));
    list.and_cards("d.card_id", filter.cards.as_deref());
    list.and_some("d.book = ?", filter.book, book);
    list.between("d.created_at", query);
    let sort = match query.sort.field {
        DisputeSort::CreatedAt => ("d.created_at", Kind::Int),
        DisputeSort::Amount => ("d.amount", Kind::Int),
        DisputeSort::Status => ("d.status", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &DisputeRow::TABLE.kinds())?;
    let rows = page(records, query, |record| Ok(DisputeRow::read(record)?))?;
    let mut evidence = evidence_of(connection, &rows.items)?;
    let join = |row: DisputeRow| {
        let mine = evidence.remove(&row.id()).unwrap_or_default();
        row.join(mine)
    };
    Ok(Page { items: rows.items.into_iter().map(join).collect(), has_more: rows.has_more })
}

/// The evidence of a page of disputes, in one query; the words themselves are left out, since a
/// page could hold megabytes of them.
fn evidence_of(
    connection: &mut Connection,
    rows: &[DisputeRow],
) -> ReadResult<BTreeMap<DisputeId, Vec<Evidence>>> {
    let ids: Vec<u128> = rows.iter().map(|row| row.id().value()).collect();
    let columns = EvidenceRow::TABLE
        .list()
        .replace(", content,", ", CASE WHEN content IS NULL THEN NULL ELSE '' END AS content,");
    let text = format!("SELECT {columns} FROM dispute_evidence WHERE dispute_id");
    let records = among(connection, (&text, " ORDER BY id"), &ids, &EvidenceRow::TABLE.kinds())?;
    let mut found: BTreeMap<DisputeId, Vec<Evidence>> = BTreeMap::new();
    for piece in evidence(records)? {
        found.entry(Evidence::dispute_of(piece.id)).or_default().push(piece);
    }
    Ok(found)
}

fn evidence(records: Vec<Record>) -> ReadResult<Vec<Evidence>> {
    records.into_iter().map(|record| Ok(EvidenceRow::read(record)?.evidence)).collect()
}

pub(super) fn attached_blobs(
    connection: &mut Connection,
    ids: &[BlobId],
) -> ReadResult<Vec<BlobId>> {
    let ids: Vec<u128> = ids.iter().map(|id| id.value()).collect();
    let text = "SELECT blob_id FROM dispute_evidence WHERE blob_id";
    let records = among(connection, (text, ""), &ids, &[Kind::Id])?;
    let read = |record| Ok(BlobId::new(Fields::new("dispute_evidence", record).id()?));
    records.into_iter().map(read).collect()
}

/// Runs a query whose text ends before the comparison with at most a few hundred ids.
fn among(
    connection: &mut Connection,
    (text, order): (&str, &str),
    ids: &[u128],
    kinds: &[Kind],
) -> ReadResult<Vec<Record>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if connection.is_postgres() {
        let sql = Sql::new(format!("{text} = ANY(?){order}")).ids(ids.iter().copied());
        return connection.select(&sql, kinds).map_err(failed);
    }
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = Sql::new(format!("{text} IN ({marks}){order}"));
    let sql = ids.iter().fold(sql, |sql, id| sql.bind(Value::id(*id)));
    connection.select(&sql, kinds).map_err(failed)
}
