/// What a repository port can answer instead of its result.
///
/// Use cases pass it on with `?`; only the write path looks inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The row was not among the command's hints: the write path reruns it with wider ones.
    #[error("a row that the command did not announce was needed")]
    Miss,
    /// A unique key is already taken by a row of this transaction.
    #[error("duplicate {0}")]
    Duplicate(&'static str),
    /// A stored row does not decode: the database is damaged or newer than this binary.
    #[error("stored {table} row is unreadable: {detail}")]
    Corrupt {
        /// The table that holds the row.
        table: &'static str,
        /// What did not decode.
        detail: String,
    },
    /// The database refused or dropped a statement.
    #[error("database: {0}")]
    Backend(String),
}
