//! The ports of app, on the open transaction: hot ones from the batch's rows, cold ones by
//! statements of their own.

mod announcements;
mod cold;
mod deliveries;
mod disputes;
mod grants;
mod hot;
mod lanes;
mod oauth;
mod oauth_keys;
#[cfg(test)]
mod plans;
mod quotas;
mod retention;
mod tickets;
mod webhooks;
mod withdrawals;

use std::collections::BTreeSet;

use cardium_app::{NaturalKey, RowKey, tx};
use cardium_kernel::{AccountId, StoreError};

use crate::{batch::Batch, db::Connection, rows::Sequence};

/// The open transaction as one command sees it.
pub(crate) struct BatchTx<'a> {
    batch: &'a mut Batch,
    /// The connection, for a command that runs alone; none for its hot neighbours.
    connection: Option<&'a mut Connection>,
    missed: Missed,
}

/// What a command needed and had not announced.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    pub(crate) rows: BTreeSet<RowKey>,
    pub(crate) names: BTreeSet<NaturalKey>,
    /// It ran into a cold port without having announced that.
    pub(crate) alone: bool,
}

impl Missed {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.names.is_empty() && !self.alone
    }
}

impl<'a> BatchTx<'a> {
    pub(crate) fn new(batch: &'a mut Batch, connection: Option<&'a mut Connection>) -> Self {
        Self { batch, connection, missed: Missed::default() }
    }

    pub(crate) fn into_missed(self) -> Missed {
        self.missed
    }

    /// Notes the row when it was not announced.
    fn note<T>(&mut self, row: RowKey, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Miss)) {
            self.missed.rows.insert(row);
        }
        result
    }

    /// The counters of an account.
    fn sequence(&mut self, account: AccountId) -> Result<Sequence, StoreError> {
        let found = self.batch.sequence(account);
        self.note(RowKey::Sequence(account), found)
    }

    /// Notes the name when it was not announced.
    fn note_name<T>(
        &mut self,
        name: impl FnOnce() -> NaturalKey,
        result: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Miss)) {
            self.missed.names.insert(name());
        }
        result
    }

    /// The connection, for a port that runs statements of its own.
    fn cold(&mut self) -> Result<&mut Connection, StoreError> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            None => {
                self.missed.alone = true;
                Err(StoreError::Miss)
            }
        }
    }
}

impl tx::HotTx for BatchTx<'_> {}
impl tx::Tx for BatchTx<'_> {}
