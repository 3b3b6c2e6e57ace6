use cardium_kernel::StoreError;
use diesel::result::{DatabaseErrorKind, Error};

/// What a failed statement means for the batch it was part of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DbError {
    /// Another transaction was in the way: run the batch again.
    #[error("conflict: {0}")]
    Conflict(String),
    /// One command's data broke a rule of the database: find that command.
    #[error("rejected: {0}")]
    Rejected(String),
    /// The connection or the storage is gone: replace the connection.
    #[error("lost: {0}")]
    Lost(String),
}

/// PostgreSQL's messages for 40P01, 55P03 and 57014 (lock and statement time-outs), and
/// SQLite's for BUSY and LOCKED. Diesel passes on no SQLSTATE. A server that speaks another
/// language is taken for lost instead: the batch is run again all the same, on a new connection.
const CONFLICTS: [&str; 6] = [
    "deadlock detected",
    "could not serialize",
    "due to lock timeout",
    "due to statement timeout",
    "database is locked",
    "database table is locked",
];

/// Faults of one command's data that Diesel has no kind of its own for: classes 22 and 23.
const REJECTIONS: [&str; 4] =
    ["out of range", "invalid byte sequence", "violates", "constraint failed"];

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match &error {
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Self::Conflict(text)
            }
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => Self::Lost(text),
            Error::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation,
                _,
            ) => Self::Rejected(text),
            _ if says(&CONFLICTS) => Self::Conflict(text),
            _ if says(&REJECTIONS) => Self::Rejected(text),
            _ => Self::Lost(text),
        }
    }
}

impl DbError {
    /// The error behind the text that a cold port's [`StoreError::Backend`] carried.
    pub(crate) fn from_text(text: String) -> Self {
        match text.split_once(": ") {
            Some(("conflict", detail)) => Self::Conflict(detail.to_owned()),
            Some(("lost", detail)) => Self::Lost(detail.to_owned()),
            _ => Self::Rejected(text),
        }
    }
}

impl From<StoreError> for DbError {
    fn from(error: StoreError) -> Self {
        Self::Rejected(error.to_string())
    }
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        Self::Backend(error.to_string())
    }
}
