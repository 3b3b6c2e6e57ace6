use cardium_app::reads::{
    ApprovalFilter, ByCreation, GrantFilter, GrantReads, GrantView, ListQuery, ReadResult,
};
use cardium_auth::{
    Credential, ScopeSet,
    grants::{ASKED_FOR, Approval, ApprovalStatus, Grant},
};
use cardium_kernel::{AccountId, ApprovalId, GrantId, Page, Timestamp};

use super::{
    PooledReads, failed, first,
    list::{List, page},
};
use crate::{
    db::{Connection, Fields, Kind, Record, Sql, Value},
    lapsed::lapsed,
    rows::{Row, book, time},
};

const HELD: &str = "grants g JOIN credentials c ON c.id = g.id \
                    LEFT JOIN credential_uses u ON u.credential_id = g.id";

fn columns() -> String {
    let (grant, credential) = (Grant::TABLE.list_as("g"), Credential::TABLE.list_as("c"));
    format!("{grant}, {credential}, u.last_used_at")
}

fn kinds() -> Vec<Kind> {
    [Grant::TABLE.kinds(), Credential::TABLE.kinds(), vec![Kind::Int]].concat()
}

fn read(record: Record) -> ReadResult<GrantView> {
    let mut fields = Fields::new(Grant::TABLE.name, record);
    let (grant, credential) = (Grant::decode(&mut fields)?, Credential::decode(&mut fields)?);
    Ok(GrantView { grant, credential, last_used: fields.optional(Fields::time)? })
}

fn find_grant(connection: &mut Connection, id: GrantId) -> ReadResult<Option<GrantView>> {
    let sql = Sql::new(format!("SELECT {} FROM {HELD} WHERE g.id = ?", columns())).id(id.value());
    connection.first(&sql, &kinds()).map_err(failed)?.map(read).transpose()
}

fn list_grants(
    connection: &mut Connection,
    query: &ListQuery<GrantFilter, ByCreation>,
) -> ReadResult<Page<GrantView>> {
    let mut list = List::new(&columns(), HELD, "g.id");
    list.and("g.account_id = ?", Value::id(query.account.value()));
    list.and_only("g.id", query.filter.only.map(|id| id.value()));
    let client = query.filter.client_id.clone();
    list.and_some("g.client_id = ?", client, |client| Value::Text(client.into()));
    match query.filter.open {
        Some(true) => list.and_plain("g.ended_at IS NULL"),
        Some(false) => list.and_plain("g.ended_at IS NOT NULL"),
        None => {}
    }
    list.between("g.created_at", query);
    let records = list.fetch(connection, query, ("g.created_at", Kind::Int), &kinds())?;
    page(records, query, read)
}

fn lapsed_grants(
    connection: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> ReadResult<Vec<(GrantId, AccountId)>> {
    let rest = " GROUP BY w.grant_id, w.account_id LIMIT ?";
    let sql = lapsed("w.grant_id, w.account_id", rest, now).int(limit);
    let records = connection.select(&sql, &[Kind::Id, Kind::Id]).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("webhook_endpoints", record);
        Ok((GrantId::new(fields.id()?), AccountId::new(fields.id()?)))
    };
    records.into_iter().map(read).collect()
}

/// Approvals, each with the credential of the grant that asked.
const ASKED: &str = "approvals p JOIN credentials c ON c.id = p.grant_id";

/// Whether whoever asked may not do it any more, whatever the owner says.
fn is_void() -> String {
    let needs = |(operation, scope)| {
        let bits = ScopeSet::exactly([scope]).bits();
        format!("WHEN '{operation}' THEN {bits}")
    };
    let needed: Vec<_> = ASKED_FOR.into_iter().map(needs).collect();
    let needed = format!("CASE p.operation {} ELSE c.scopes END", needed.join(" "));
    format!("(c.revoked_at IS NOT NULL OR (c.scopes & ({needed})) = 0)")
}

/// The columns of an approval. An open one of a grant that may not do it any more is void from the
/// moment that the grant was changed or revoked: no row is written for that.
fn approval_columns() -> String {
    let void = is_void();
    let end = format!(
        "CASE WHEN p.status IN ('pending', 'approved') AND c.updated_at < p.expires_at \
         AND {void} THEN c.updated_at ELSE p.expires_at END"
    );
    Approval::TABLE.list_as("p").replace("p.expires_at", &end)
}

fn find_approval(
    connection: &mut Connection,
    account: AccountId,
    id: ApprovalId,
) -> ReadResult<Option<Approval>> {
    let columns = approval_columns();
    let sql = format!("SELECT {columns} FROM {ASKED} WHERE p.id = ? AND p.account_id = ?");
    let sql = Sql::new(sql);
    first(connection, &sql.id(id.value()).id(account.value()))
}

fn list_approvals(
    connection: &mut Connection,
    query: &ListQuery<ApprovalFilter, ByCreation>,
) -> ReadResult<Page<Approval>> {
    let mut list = List::new(&approval_columns(), ASKED, "p.id");
    list.and("p.account_id = ?", Value::id(query.account.value()));
    list.and_some("p.grant_id = ?", query.filter.grant, |id| Value::id(id.value()));
    list.and_only("p.grant_id", query.filter.only.map(|id| id.value()));
    list.and_some("p.book = ?", query.filter.book, book);
    if let Some(now) = query.filter.over {
        list.and_plain("p.status IN ('pending', 'approved')");
        list.and(format!("(p.expires_at <= ? OR {})", is_void()), time(now));
    }
    if let Some((status, now)) = query.filter.status {
        list.and("p.status = ?", Value::Text(status.as_str().into()));
        match status {
            ApprovalStatus::Pending | ApprovalStatus::Approved => {
                list.and("p.expires_at > ?", time(now));
                list.and_plain(&format!("NOT {}", is_void()));
            }
            ApprovalStatus::Rejected | ApprovalStatus::Used => {}
        }
    }
    list.between("p.created_at", query);
    let kinds = Approval::TABLE.kinds();
    let records = list.fetch(connection, query, ("p.created_at", Kind::Int), &kinds)?;
    page(records, query, |record| Ok(Approval::read(record)?))
}

impl GrantReads for PooledReads {
    fn find_grant(&self, id: GrantId) -> ReadResult<Option<GrantView>> {
        self.with(|connection| find_grant(connection, id))
    }

    fn list_grants(
        &self,
        query: &ListQuery<GrantFilter, ByCreation>,
    ) -> ReadResult<Page<GrantView>> {
        self.snapshot(|connection| list_grants(connection, query))
    }

    fn lapsed_grants(&self, now: Timestamp, limit: i64) -> ReadResult<Vec<(GrantId, AccountId)>> {
        self.with(|connection| lapsed_grants(connection, now, limit))
    }

    fn find_approval(&self, account: AccountId, id: ApprovalId) -> ReadResult<Option<Approval>> {
        self.with(|connection| find_approval(connection, account, id))
    }

    fn list_approvals(
        &self,
        query: &ListQuery<ApprovalFilter, ByCreation>,
    ) -> ReadResult<Page<Approval>> {
        self.snapshot(|connection| list_approvals(connection, query))
    }
}
