use std::time::Duration;

use cardium_auth::oauth::{AuthorizationCode, Client, Consent, OAuthStore, RefreshToken};
use cardium_kernel::{AccountId, ConsentId, StoreError, Timestamp};

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
const OVER: [(&str, &str, &str, Duration); 4] = [
    ("oauth_requests", "id", "expires_at", Duration::ZERO),
    ("oauth_codes", "hash", "expires_at", CODES_KEPT),
    ("oauth_refresh_tokens", "hash", "idle_until", Duration::ZERO),
    ("approvals", "id", "expires_at", APPROVALS_KEPT),
];

impl OAuthStore for BatchTx<'_> {
    fn find_client(&mut self, id: &str) -> Result<Option<Client>, StoreError> {
        find(self.cold()?, Value::id(client_key(id)))
    }

    fn save_client(&mut self, client: &Client) -> Result<(), StoreError> {
        save(self.cold()?, client)
    }

    fn drop_ended_client(&mut self, id: &str) -> Result<bool, StoreError> {
        let text = "DELETE FROM oauth_clients WHERE id = ? AND ended_at IS NOT NULL AND NOT EXISTS \
                    (SELECT 1 FROM grants WHERE client_id = ? AND ended_at IS NULL)";
        let sql = Sql::new(text).id(client_key(id)).text(id);
        Ok(self.cold()?.execute(&sql)? > 0)
    }

    fn count_operator_clients(&mut self) -> Result<i64, StoreError> {
        let text =
            "SELECT COUNT(*) FROM oauth_clients WHERE kind = 'operator' AND ended_at IS NULL";
        Ok(self.cold()?.integer(&Sql::new(text))?)
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

    fn drop_unused_refresh(&mut self, of: &RefreshToken, keep: i64) -> Result<(), StoreError> {
        let line = "grant_id = ? AND started_at = ? AND used_at IS NULL";
        let text = format!(
            "DELETE FROM oauth_refresh_tokens WHERE {line} AND hash NOT IN (SELECT hash \
             FROM oauth_refresh_tokens WHERE {line} ORDER BY created_at DESC, hash LIMIT ?)"
        );
        let line = |sql: Sql<'static>| sql.id(of.grant.value()).bind(time(of.started_at));
        self.cold()?.execute(&line(line(Sql::new(text))).int(keep))?;
        Ok(())
    }

    fn count_open_grants(&mut self, account: AccountId) -> Result<i64, StoreError> {
        let text = "SELECT COUNT(*) FROM grants WHERE account_id = ? AND ended_at IS NULL";
        Ok(self.cold()?.integer(&Sql::new(text).id(account.value()))?)
    }

    fn purge_oauth(&mut self, now: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let connection = self.cold()?;
        let mut most = end_clients(connection, now, limit)?;
        for (table, key, end, stays) in OVER {
            let lock = skip_locked(connection);
            let text = format!(
                "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} \
                 WHERE {end} <= ? ORDER BY {end}, {key} LIMIT ?{lock})"
            );
            let sql = Sql::new(text).bind(time(now.before(stays))).int(limit);
            most = most.max(change(connection, &sql)?);
        }
        Ok(most.max(purge_of_ended_grants(connection, limit)?))
    }
}

/// Whoever is busy with a row does not keep others waiting: the next round finds it again.
fn skip_locked(connection: &Connection) -> &'static str {
    if connection.is_postgres() { " FOR NO KEY UPDATE SKIP LOCKED" } else { "" }
}

fn change(connection: &mut Connection, sql: &Sql<'_>) -> Result<i64, StoreError> {
    Ok(i64::try_from(connection.execute(sql)?).unwrap_or(i64::MAX))
}

/// Clients whose time is over go, but for those that owners still see in their lists: their grants
/// have to end first, account by account.
fn end_clients(connection: &mut Connection, now: Timestamp, limit: i64) -> Result<i64, StoreError> {
    let lock = skip_locked(connection);
    let over = |granted: &str| {
        format!(
            "WHERE id IN (SELECT c.id FROM oauth_clients c WHERE c.expires_at <= ? AND {granted} \
             (SELECT 1 FROM grants g WHERE g.client_id = c.client_id AND g.ended_at IS NULL) \
             ORDER BY c.expires_at, c.id LIMIT ?{lock})"
        )
    };
    let text = format!("DELETE FROM oauth_clients {}", over("NOT EXISTS"));
    let gone = change(connection, &Sql::new(text).bind(time(now)).int(limit))?;
    let text =
        format!("UPDATE oauth_clients SET ended_at = ?, expires_at = NULL {}", over("EXISTS"));
    let sql = Sql::new(text).bind(time(now)).bind(time(now)).int(limit);
    Ok(gone.max(change(connection, &sql)?))
}

/// Grants that have ended, and may have left something behind.
const ENDED: &str = "SELECT id FROM grants WHERE ended_at IS NOT NULL AND tokens_gone = FALSE \
                     ORDER BY ended_at, id LIMIT ?";

/// Nobody can use what a grant that ended left behind: some grants at a time, and some rows of
/// those. A grant has been seen to once nothing of it is left.
fn purge_of_ended_grants(connection: &mut Connection, limit: i64) -> Result<i64, StoreError> {
    let lock = skip_locked(connection);
    let mut most = 0;
    for table in ["oauth_codes", "oauth_refresh_tokens"] {
        let sql = Sql::new(delete_of_ended(table, lock)).int(limit).int(limit);
        most = most.max(change(connection, &sql)?);
    }
    Ok(most.max(change(connection, &Sql::new(note_gone(lock)).int(limit))?))
}

pub(super) fn delete_of_ended(table: &str, lock: &str) -> String {
    format!(
        "DELETE FROM {table} WHERE hash IN (SELECT hash FROM {table} \
         WHERE grant_id IN ({ENDED}) LIMIT ?{lock})"
    )
}

pub(super) fn note_gone(lock: &str) -> String {
    let left = |table: &str| format!("EXISTS (SELECT 1 FROM {table} t WHERE t.grant_id = g.id)");
    let (codes, tokens) = (left("oauth_codes"), left("oauth_refresh_tokens"));
    format!(
        "UPDATE grants SET tokens_gone = TRUE WHERE id IN (SELECT g.id FROM grants g \
         WHERE g.id IN ({ENDED}) AND NOT {codes} AND NOT {tokens} ORDER BY g.id{lock})"
    )
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
