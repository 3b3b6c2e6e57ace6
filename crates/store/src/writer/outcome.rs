use cardium_app::database::SubmitError;

use crate::{db::DbError, tx::Missed};

/// What became of one command in a batch that went through.
pub(crate) enum Ran {
    /// Its answer is final.
    Settled,
    /// It gets no answer.
    Failed(SubmitError),
    /// It needs these as well: run it again.
    Missed(Missed),
    /// The batch had no time left for it.
    NotYet,
}

/// Why a whole batch did not go through.
pub(crate) enum Fault {
    /// A statement failed before COMMIT: nothing is stored.
    Before(DbError),
    /// COMMIT itself failed.
    AtCommit(Unanswered),
}

/// A COMMIT that got no answer.
pub(crate) struct Unanswered {
    pub(crate) error: DbError,
    /// The transaction's id, by which the server tells what became of it, where there is one.
    pub(crate) transaction: Option<String>,
    /// What became of the commands, should it have been committed.
    pub(crate) ran: Vec<Ran>,
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        Self::Before(error)
    }
}
