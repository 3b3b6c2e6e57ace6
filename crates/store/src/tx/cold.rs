use cardium_app::{
    api_keys::ApiKeyStore,
    chain::{ChainCursorStore, SimulatedChainStore, SimulatedPayment},
    upkeep::UpkeepStore,
};
use cardium_kernel::{AccountId, CredentialId, StoreError, Timestamp, WithdrawalId};
use cardium_topups::{Network, Transfer};

use super::BatchTx;
use crate::{
    db::{Bind, Connection, DbError, Kind, Sql, Value},
    rows::time,
};

impl ApiKeyStore for BatchTx<'_> {
    fn count_api_keys(&mut self, account: AccountId, now: Timestamp) -> Result<i64, StoreError> {
        let text = "SELECT COUNT(*) FROM credentials WHERE account_id = ? AND kind = 'api_key' \
                    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";
        let sql = Sql::new(text).id(account.value()).bind(time(now));
        Ok(self.cold()?.integer(&sql)?)
    }
}

fn height_of(
    connection: &mut Connection,
    table: &str,
    network: Network,
) -> Result<u64, StoreError> {
    // Made first, so that there is a row to lock.
    let insert =
        format!("INSERT INTO {table} (network, height) VALUES (?, 0) ON CONFLICT DO NOTHING");
    connection.execute(&Sql::new(insert).text(network.as_str()))?;
    let lock = if connection.is_postgres() { " FOR NO KEY UPDATE" } else { "" };
    let select = format!("SELECT height FROM {table} WHERE network = ?{lock}");
    let height = connection.integer(&Sql::new(select).text(network.as_str()))?;
    Ok(u64::try_from(height).unwrap_or(0))
}

fn save_height(
    connection: &mut Connection,
    table: &str,
    network: Network,
    height: u64,
) -> Result<(), StoreError> {
    let height = i64::try_from(height).unwrap_or(i64::MAX);
    let update = format!("UPDATE {table} SET height = ? WHERE network = ?");
    connection.execute(&Sql::new(update).int(height).text(network.as_str()))?;
    Ok(())
}

impl ChainCursorStore for BatchTx<'_> {
    fn chain_cursor(&mut self, network: Network) -> Result<u64, StoreError> {
        height_of(self.cold()?, "chain_cursors", network)
    }

    fn save_chain_cursor(&mut self, network: Network, height: u64) -> Result<(), StoreError> {
        save_height(self.cold()?, "chain_cursors", network, height)
    }
}

impl SimulatedChainStore for BatchTx<'_> {
    fn simulated_height(&mut self, network: Network) -> Result<u64, StoreError> {
        height_of(self.cold()?, "simulated_chains", network)
    }

    fn save_simulated_height(&mut self, network: Network, height: u64) -> Result<(), StoreError> {
        save_height(self.cold()?, "simulated_chains", network, height)
    }

    fn insert_simulated_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError> {
        let units = transfer.units.to_string();
        let text = "INSERT INTO simulated_transfers \
                    (id, network, txid, out_index, address, asset, units, height, reverted) \
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let sql = Sql::new(text)
            .id(transfer.reference.deposit_id().value())
            .text(transfer.reference.network.as_str())
            .text(&transfer.reference.txid)
            .int(i64::from(transfer.reference.out_index))
            .text(&transfer.address)
            .text(transfer.asset.as_str())
            .text(&units)
            .int(i64::try_from(transfer.height).unwrap_or(i64::MAX))
            .bind(Value::Bool(transfer.reverted));
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn insert_simulated_payment(&mut self, simulated: &SimulatedPayment) -> Result<(), StoreError> {
        let payment = &simulated.payment;
        let units = payment.units.to_string();
        let text = "INSERT INTO simulated_payments \
                    (withdrawal_id, network, txid, address, memo, asset, units, height, reverted) \
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        let sql = Sql::new(text)
            .id(payment.withdrawal.value())
            .text(payment.network.as_str())
            .text(&simulated.txid)
            .text(&payment.address)
            .bind(Value::optional(payment.memo.as_deref(), Value::text))
            .text(payment.asset.as_str())
            .text(&units)
            .int(i64::try_from(simulated.height).unwrap_or(i64::MAX))
            .bind(Value::Bool(simulated.reverted));
        self.cold()?.execute(&sql)?;
        Ok(())
    }

    fn revert_simulated_payment(&mut self, withdrawal: WithdrawalId) -> Result<(), StoreError> {
        let text = "UPDATE simulated_payments SET reverted = ? WHERE withdrawal_id = ?";
        let sql = Sql::new(text).bind(Value::Bool(true)).id(withdrawal.value());
        self.cold()?.execute(&sql)?;
        Ok(())
    }
}

impl UpkeepStore for BatchTx<'_> {
    fn save_uses(&mut self, uses: &[(CredentialId, Timestamp)]) -> Result<(), StoreError> {
        let connection = self.cold()?;
        let mut uses = uses.to_vec();
        uses.sort_unstable();
        let upsert = |rows: &str| {
            format!(
                "INSERT INTO credential_uses (credential_id, last_used_at) {rows} \
                 ON CONFLICT (credential_id) DO UPDATE SET last_used_at = excluded.last_used_at"
            )
        };
        if connection.is_postgres() {
            let moments = uses.iter().map(|(_, at)| time(*at)).collect();
            let sql = Sql::new(upsert("SELECT * FROM unnest(?, ?)"))
                .ids(uses.iter().map(|(id, _)| id.value()))
                .with(Bind::Many(Kind::Int, moments));
            connection.execute(&sql)?;
            return Ok(());
        }
        let text = upsert("VALUES (?, ?)");
        for (id, at) in uses {
            connection.execute(&Sql::new(text.as_str()).id(id.value()).bind(time(at)))?;
        }
        Ok(())
    }

    fn purge_idempotency(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let text = "DELETE FROM idempotency_records WHERE id IN (SELECT id FROM \
                    idempotency_records WHERE created_at < ? ORDER BY created_at, id LIMIT ?)";
        let sql = Sql::new(text).bind(time(before)).int(limit);
        let purged = self.cold()?.execute(&sql)?;
        Ok(i64::try_from(purged).unwrap_or(i64::MAX))
    }

    fn purge_pending(&mut self, before: Timestamp, limit: i64) -> Result<i64, StoreError> {
        let text = "DELETE FROM pending_authorizations WHERE id IN (SELECT id FROM \
                    pending_authorizations WHERE state <> 'waiting' AND created_at < ? \
                    ORDER BY created_at, id LIMIT ?)";
        let sql = Sql::new(text).bind(time(before)).int(limit);
        let purged = self.cold()?.execute(&sql)?;
        Ok(i64::try_from(purged).unwrap_or(i64::MAX))
    }
}

/// Runs a statement for each of these ids: with all of them on PostgreSQL, with one at a time
/// on SQLite. The text ends before the comparison; `first` are parameters that precede it.
pub(super) fn execute_for(
    connection: &mut Connection,
    (text, first): (&str, &[Value<'static>]),
    ids: impl IntoIterator<Item = u128>,
) -> Result<usize, DbError> {
    let bound = |text: String| first.iter().cloned().fold(Sql::new(text), Sql::bind);
    if connection.is_postgres() {
        return connection.execute(&bound(format!("{text} = ANY(?)")).ids(ids));
    }
    let mut touched = 0_usize;
    for id in ids {
        let sql = bound(format!("{text} = ?")).id(id);
        touched = touched.saturating_add(connection.execute(&sql)?);
    }
    Ok(touched)
}
