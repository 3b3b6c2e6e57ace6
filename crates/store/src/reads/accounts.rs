use cardium_app::reads::{KeyFilter, KeySort, ListQuery, ReadResult};
use cardium_auth::{Credential, KeyStatus, TokenHash};
use cardium_kernel::{AccountId, CredentialId, Page, Timestamp};

use super::{
    failed,
    list::{List, page},
};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, book, time},
};

const USES: &str = "credentials c LEFT JOIN credential_uses u ON u.credential_id = c.id";

const ACTIVE: &str = "c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?)";

fn kinds() -> Vec<Kind> {
    let mut kinds = Credential::TABLE.kinds();
    kinds.push(Kind::Int);
    kinds
}

fn read(record: crate::db::Record) -> ReadResult<(Credential, Option<Timestamp>)> {
    let mut fields = Fields::new(Credential::TABLE.name, record);
    let credential = Credential::decode(&mut fields)?;
    let used = fields.optional(Fields::time)?;
    Ok((credential, used))
}

pub(super) fn find_credential(
    connection: &mut Connection,
    token: &TokenHash,
) -> ReadResult<Option<(Credential, Timestamp)>> {
    let columns = Credential::TABLE.list_as("c");
    // A session of an older generation than its account's was ended by a password change.
    let text = format!(
        "SELECT {columns}, u.last_used_at FROM {USES} JOIN accounts a ON a.id = c.account_id \
         WHERE c.token_hash = ? AND (c.kind <> 'session' OR c.generation = a.session_generation)"
    );
    let sql = Sql::new(text).bind(Value::bytes(&token.0));
    let record = connection.first(&sql, &kinds()).map_err(failed)?;
    let found = record.map(read).transpose()?;
    Ok(found.map(|(credential, used)| {
        let used = used.unwrap_or(credential.created_at);
        (credential, used)
    }))
}

pub(super) fn half_stopped(connection: &mut Connection, limit: i64) -> ReadResult<Vec<AccountId>> {
    let text = "SELECT a.id FROM accounts a WHERE a.locked_at IS NOT NULL AND (\
                EXISTS (SELECT 1 FROM cards c WHERE c.account_id = a.id AND c.status = 'active') \
                OR EXISTS (SELECT 1 FROM grants g \
                WHERE g.account_id = a.id AND g.ended_at IS NULL)) ORDER BY a.id LIMIT ?";
    let records = connection.select(&Sql::new(text).int(limit), &[Kind::Id]).map_err(failed)?;
    let read = |record| Ok(AccountId::new(Fields::new("accounts", record).id()?));
    records.into_iter().map(read).collect()
}

pub(super) fn find_api_key(
    connection: &mut Connection,
    account: AccountId,
    id: CredentialId,
) -> ReadResult<Option<(Credential, Option<Timestamp>)>> {
    let columns = Credential::TABLE.list_as("c");
    let text = format!(
        "SELECT {columns}, u.last_used_at FROM {USES} \
         WHERE c.id = ? AND c.account_id = ? AND c.kind = 'api_key'"
    );
    let sql = Sql::new(text).id(id.value()).id(account.value());
    let record = connection.first(&sql, &kinds()).map_err(failed)?;
    record.map(read).transpose()
}

pub(super) fn list_api_keys(
    connection: &mut Connection,
    query: &ListQuery<KeyFilter, KeySort>,
) -> ReadResult<Page<(Credential, Option<Timestamp>)>> {
    let columns = format!("{}, u.last_used_at", Credential::TABLE.list_as("c"));
    let mut list = List::new(&columns, USES, "c.id");
    list.and("c.account_id = ? AND c.kind = 'api_key'", Value::id(query.account.value()));
    list.and_only("c.id", query.filter.only.map(|id| id.value()));
    list.and_some("c.mode = ?", query.filter.mode, book);
    if let Some((status, now)) = query.filter.status {
        match status {
            KeyStatus::Active => list.and(ACTIVE, time(now)),
            KeyStatus::Expired => {
                list.and("c.revoked_at IS NULL AND c.expires_at <= ?", time(now));
            }
            KeyStatus::Revoked => list.and_plain("c.revoked_at IS NOT NULL"),
        }
    }
    list.between("c.created_at", query);
    let sort = match query.sort.field {
        KeySort::CreatedAt => ("c.created_at", Kind::Int),
        KeySort::Name => ("c.name", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &kinds())?;
    page(records, query, read)
}
