use std::time::Duration;

use cardium_auth::oauth::{AuthorizationCode, Client, Consent, OAuthStore, RefreshToken};
use cardium_kernel::{ConsentId, StoreError, Timestamp};

use super::BatchTx;
use crate::{
    db::{Connection, Sql, Value},
    rows::{Row, client_key, time},
};

/// Codes stay for a while after their time, so that one that comes again is known.
const CODES_KEPT: Duration = Duration::from_secs(24 * 3_600);

/// Answered questions stay for a while, for owners who look back; the audit log keeps them anyway.
const APPROVALS_KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What is over, by table, its key, the indexed column that says when, and how long it stays.
const OVER: [(&str, &str, &str, Duration); 5] = [
    ("oauth_requests", "id", "expires_at", Duration::ZERO),
    ("oauth_codes", "hash", "expires_at", CODES_KEPT),
    ("oauth_refresh_tokens", "hash", "idle_until", Duration::ZERO),
    ("oauth_clients", "id", "expires_at", Duration::ZERO),
    ("approvals", "id", "expires_at", APPROVALS_KEPT),
];

impl OAuthStore for BatchTx<'_> {
    fn find_client(&mut self, id: &str) -> Result<Option<Client>, StoreError> {
        find(self.cold()?, Value::id(client_key(id)))
    }

    fn save_client(&mut self, client: &Client) -> Result<(), StoreError> {
        save(self.cold()?, client)
    }

    fn delete_client(&mut self, id: &str) -> Result<(), StoreError> {
        let sql = Sql::new("DELETE FROM oauth_clients WHERE id = ?").id(client_key(id));
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn find_consent(&mut self, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        find(self.cold()?, Value::id(id.value()))
    }

    fn save_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
        save(self.cold()?, consent)
    }

    fn find_code(&mut self, hash: &[u8; 32]) -> Result<Option<AuthorizationCode>, StoreError> {
        find(self.cold()?, Value::bytes(hash))
    }

    fn save_code(&mut self, code: &AuthorizationCode) -> Result<(), StoreError> {
        save(self.cold()?, code)
    }

    fn find_refresh(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError> {
        find(self.cold()?, Value::bytes(hash))
    }

    fn save_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError> {
        save(self.cold()?, token)
    }

    fn purge_oauth(&mut self, now: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let connection = self.cold()?;
        let mut most = 0;
        for (table, key, end, stays) in OVER {
            let lock = if connection.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
            let text = format!(
                "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} \
                 WHERE {end} <= ? ORDER BY {end}, {key} LIMIT ?{lock})"
            );
            let gone =
                connection.execute(&Sql::new(text).bind(time(now.before(stays))).int(limit))?;
            most = most.max(i64::try_from(gone).unwrap_or(i64::MAX));
        }
        Ok(most)
    }
}

/// The row with this key, locked until the transaction ends.
fn find<R: Row>(connection: &mut Connection, key: Value<'_>) -> Result<Option<R>, StoreError> {
    let lock = if connection.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
    let (list, name, id) = (R::TABLE.list(), R::TABLE.name, R::TABLE.key());
    let text = format!("SELECT {list} FROM {name} WHERE {id} = ?{lock}");
    let record = connection.first(&Sql::new(text).bind(key), &R::TABLE.kinds())?;
    record.map(R::read).transpose()
}

/// Writes a row, new or known; a null has no type of its own, so it stands in the text.
fn save<R: Row>(connection: &mut Connection, row: &R) -> Result<(), StoreError> {
    let (mut marks, mut values) = (Vec::new(), Vec::new());
    for value in row.encode() {
        match value {
            Value::Null => marks.push("NULL"),
            value => {
                marks.push("?");
                values.push(value);
            }
        }
    }
    let columns = R::TABLE.columns.iter().skip(1);
    let sets: Vec<_> = columns.map(|(name, _)| format!("{name} = excluded.{name}")).collect();
    let (name, list, key) = (R::TABLE.name, R::TABLE.list(), R::TABLE.key());
    let text = format!(
        "INSERT INTO {name} ({list}) VALUES ({}) ON CONFLICT ({key}) DO UPDATE SET {}",
        marks.join(", "),
        sets.join(", ")
    );
    connection.execute(&values.into_iter().fold(Sql::new(text), Sql::bind))?;
    Ok(())
}
