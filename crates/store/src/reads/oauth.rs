use cardium_app::{
    oauth::Line,
    reads::{OAuthReads, ReadResult},
};
use cardium_auth::oauth::{Client, Consent, RefreshToken};
use cardium_kernel::{AccountId, ConsentId, GrantId};

use super::{PooledReads, failed, first, select};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::client_key,
};

/// Where a row that is found by its hash leads.
fn line(connection: &mut Connection, table: &str, hash: &[u8; 32]) -> ReadResult<Option<Line>> {
    let text = format!(
        "SELECT g.id, g.account_id FROM {table} t JOIN grants g ON g.id = t.grant_id \
         WHERE t.hash = ?"
    );
    let sql = Sql::new(text).bind(Value::bytes(hash));
    let record = connection.first(&sql, &[Kind::Id, Kind::Id]).map_err(failed)?;
    let Some(record) = record else { return Ok(None) };
    let mut fields = Fields::new("grants", record);
    let (grant, account) = (GrantId::new(fields.id()?), AccountId::new(fields.id()?));
    Ok(Some(Line { grant, account }))
}

impl OAuthReads for PooledReads {
    fn find_client(&self, id: &str) -> ReadResult<Option<Client>> {
        let sql = Sql::new(select::<Client>("id = ?")).id(client_key(id));
        self.with(|connection| first(connection, &sql))
    }

    fn find_consent(&self, id: ConsentId) -> ReadResult<Option<Consent>> {
        let sql = Sql::new(select::<Consent>("id = ?")).id(id.value());
        self.with(|connection| first(connection, &sql))
    }

    fn find_code_line(&self, hash: &[u8; 32]) -> ReadResult<Option<Line>> {
        self.with(|connection| line(connection, "oauth_codes", hash))
    }

    fn find_refresh(&self, hash: &[u8; 32]) -> ReadResult<Option<RefreshToken>> {
        let sql = Sql::new(select::<RefreshToken>("hash = ?")).bind(Value::bytes(hash));
        self.with(|connection| first(connection, &sql))
    }

    fn find_refresh_line(&self, hash: &[u8; 32]) -> ReadResult<Option<Line>> {
        self.with(|connection| line(connection, "oauth_refresh_tokens", hash))
    }
}
