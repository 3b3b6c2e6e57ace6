use std::collections::HashMap;

use cardium_app::reads::ReadResult;
use cardium_authorizations::{PendingAuthorization, Transaction};
use cardium_kernel::{MessageId, Timestamp, TransactionId};

use super::{all, by_ids, select};
use crate::{
    db::{Connection, Sql},
    rows::time,
};

pub(super) fn due(
    connection: &mut Connection,
    before: Timestamp,
    limit: i64,
) -> ReadResult<Vec<PendingAuthorization>> {
    let rest = "state = 'waiting' AND deadline <= ? ORDER BY deadline, id LIMIT ?";
    let sql = Sql::new(select::<PendingAuthorization>(rest));
    all(connection, &sql.bind(time(before)).int(limit))
}

/// Waiting requests and the steps of their decisions, in two queries.
pub(super) fn decided(
    connection: &mut Connection,
    ids: &[MessageId],
) -> ReadResult<Vec<(PendingAuthorization, Option<Transaction>)>> {
    let ids: Vec<u128> = ids.iter().map(|id| id.value()).collect();
    let pending = by_ids::<PendingAuthorization>(connection, &ids)?;
    let steps: Vec<u128> = pending
        .iter()
        .filter_map(|pending| pending.transaction)
        .map(TransactionId::value)
        .collect();
    let steps: HashMap<TransactionId, Transaction> = by_ids::<Transaction>(connection, &steps)?
        .into_iter()
        .map(|transaction| (transaction.id, transaction))
        .collect();
    let with_step = |pending: PendingAuthorization| {
        let step = pending.transaction.and_then(|id| steps.get(&id).cloned());
        (pending, step)
    };
    Ok(pending.into_iter().map(with_step).collect())
}
