use crate::db::{Alone, Connection, DbError, Kind, Sql, Value};

/// A writer's connection with the stripe it owns.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) stripe: i64,
}

/// What became of a transaction whose COMMIT got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommitFate {
    Committed,
    Aborted,
}

impl Session {
    pub(crate) fn open(url: &str) -> Result<Self, DbError> {
        let mut connection = Connection::open_writer(url)?;
        let stripe = take_stripe(&mut connection)?;
        Ok(Self { connection, stripe })
    }

    /// The id of the open transaction; SQLite has none.
    pub(crate) fn transaction_id(&mut self) -> Result<Option<String>, DbError> {
        if !self.connection.is_postgres() {
            return Ok(None);
        }
        let row =
            self.connection.first(&Sql::new("SELECT pg_current_xact_id()::text"), &[Kind::Text])?;
        Ok(row.and_then(|row| word(row.into_iter().next())))
    }

    /// Asks the server what became of a transaction.
    pub(crate) fn commit_fate(&mut self, id: &str) -> Result<CommitFate, DbError> {
        for _ in 0..50 {
            let sql = Sql::new("SELECT pg_xact_status((?)::text::xid8)").text(id);
            let row = self.connection.first(&sql, &[Kind::Text])?;
            match row.and_then(|row| word(row.into_iter().next())).as_deref() {
                Some("committed") => return Ok(CommitFate::Committed),
                Some("aborted") => return Ok(CommitFate::Aborted),
                // The old session is still being torn down.
                _ => std::thread::sleep(std::time::Duration::from_millis(100)),
            }
        }
        Err(DbError::Lost(format!("transaction {id} stays undecided")))
    }
}

fn word(value: Option<Value<'static>>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text.into_owned()),
        _ => None,
    }
}

/// The first stripe nobody owns; PostgreSQL frees it when the session ends.
fn take_stripe(connection: &mut Connection) -> Result<i64, DbError> {
    for stripe in 0..Alone::STRIPES {
        if connection.begin_alone(Alone::Stripe(stripe))? {
            return Ok(stripe);
        }
    }
    Err(DbError::Lost("no stripe of the system accounts is free".to_owned()))
}
