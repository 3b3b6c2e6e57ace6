use cardium_app::{
    oauth::Line,
    reads::{OAuthReads, ReadResult},
};
use cardium_auth::oauth::{Client, Consent, RefreshToken};
use cardium_kernel::{AccountId, ConsentId, GrantId};

use super::{PooledReads, failed, first, select};
use crate::{
    db::{Connection, Fields, Kind, Sql, Value},
    rows::{Row, client_key},
};

/// Where a row that is found by its hash leads.
fn line(connection: &mut Connection, table: &str, hash: &[u8; 32]) -> ReadResult<Option<Line>> {
    let text = format!(
        "SELECT g.id, g.account_id FROM {table} t JOIN grants g ON g.id = t.grant_id \
         WHERE t.hash = ?"
    );
    Ok(lines(connection, &Sql::new(text).bind(Value::bytes(hash)))?.pop())
}

/// Grants with their accounts.
fn lines(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Vec<Line>> {
    let records = connection.select(sql, &[Kind::Id, Kind::Id]).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("grants", record);
        let (grant, account) = (GrantId::new(fields.id()?), AccountId::new(fields.id()?));
        Ok(Line { grant, account })
    };
    records.into_iter().map(read).collect()
}

/// The clients that this SQL finds.
fn clients(connection: &mut Connection, sql: &Sql<'_>) -> ReadResult<Vec<Client>> {
    let records = connection.select(sql, &Client::TABLE.kinds()).map_err(failed)?;
    records.into_iter().map(|record| Ok(Client::read(record)?)).collect()
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

    fn is_ended_client(&self, id: &str) -> ReadResult<bool> {
        let text = "SELECT COUNT(*) FROM oauth_clients WHERE id = ? AND ended_at IS NOT NULL";
        let sql = Sql::new(text).id(client_key(id));
        self.with(|connection| Ok(connection.integer(&sql).map_err(failed)? > 0))
    }

    fn ended_clients(&self, limit: i64) -> ReadResult<Vec<Client>> {
        let found = "ended_at IS NOT NULL ORDER BY ended_at, id LIMIT ?";
        let sql = Sql::new(select::<Client>(found)).int(limit);
        self.with(|connection| clients(connection, &sql))
    }

    fn operator_clients(&self, limit: i64) -> ReadResult<Vec<Client>> {
        let found = "kind = 'operator' AND ended_at IS NULL ORDER BY created_at, id LIMIT ?";
        let sql = Sql::new(select::<Client>(found)).int(limit);
        self.with(|connection| clients(connection, &sql))
    }

    fn open_grants_of(&self, client: &str, limit: i64) -> ReadResult<Vec<Line>> {
        let text = "SELECT id, account_id FROM grants WHERE client_id = ? AND ended_at IS NULL \
                    ORDER BY id LIMIT ?";
        self.with(|connection| lines(connection, &Sql::new(text).text(client).int(limit)))
    }
}
