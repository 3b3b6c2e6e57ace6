use cardium_app::{
    announcements::{Due, ROUND, Spreading},
    reads::ReadResult,
};
use cardium_kernel::AccountId;

use super::{failed, first, select};
use crate::db::{Connection, Fields, Kind, Sql};

/// The next accounts of the oldest announcement that is not finished.
pub(super) fn due(connection: &mut Connection) -> ReadResult<Option<Due>> {
    let oldest = "finished = FALSE ORDER BY id LIMIT 1";
    let open: Option<Spreading> = first(connection, &Sql::new(select::<Spreading>(oldest)))?;
    let Some(Spreading { announcement, newest: Some(newest), reached, .. }) = open else {
        return Ok(None);
    };
    let limit = i64::try_from(ROUND).unwrap_or(i64::MAX);
    let text = "SELECT id FROM accounts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";
    let after = reached.map_or(0, AccountId::value);
    let sql = Sql::new(text).id(after).id(newest.value()).int(limit);
    let records = connection.select(&sql, &[Kind::Id]).map_err(failed)?;
    let read = |record| Ok(AccountId::new(Fields::new("accounts", record).id()?));
    let accounts = records.into_iter().map(read).collect::<ReadResult<_>>()?;
    Ok(Some(Due { id: announcement.id, reached, accounts }))
}
