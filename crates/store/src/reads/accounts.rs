use cardium_app::reads::{ByCreation, ListQuery, NoFilter, ReadResult};
use cardium_auth::{Credential, TokenHash};
use cardium_kernel::{Page, Timestamp};

use super::{
    failed,
    list::{List, page},
};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::Row,
};

const USES: &str = "credentials c LEFT JOIN credential_uses u ON u.credential_id = c.id";

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

pub(super) fn list_api_keys(
    connection: &mut Connection,
    query: &ListQuery<NoFilter, ByCreation>,
) -> ReadResult<Page<(Credential, Option<Timestamp>)>> {
    let columns = format!("{}, u.last_used_at", Credential::TABLE.list_as("c"));
    let mut list = List::new(&columns, USES, "c.id");
    list.and("c.account_id = ? AND c.kind = 'api_key'", Value::id(query.account.value()));
    list.between("c.created_at", query);
    let records = list.fetch(connection, query, ("c.created_at", Kind::Int), &kinds())?;
    page(records, query, read)
}
