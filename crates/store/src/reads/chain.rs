use cardium_app::reads::ReadResult;
use cardium_topups::{Network, Transfer};

use super::failed;
use crate::{
    db::{Connection, Fields, Kind, Sql},
    rows::transfer,
};

/// The most transfers that one read reports.
const TRANSFERS: i64 = 200;

/// A height kept under a network's name; zero where there is none yet.
pub(super) fn height(
    connection: &mut Connection,
    table: &str,
    network: Network,
) -> ReadResult<u64> {
    let sql = Sql::new(format!("SELECT height FROM {table} WHERE network = ?"));
    let height = connection.integer(&sql.text(network.as_str())).map_err(failed)?;
    Ok(u64::try_from(height).unwrap_or(0))
}

pub(super) fn transfers(
    connection: &mut Connection,
    network: Network,
    (from, to): (u64, u64),
) -> ReadResult<Vec<Transfer>> {
    let text = "SELECT network, txid, out_index, address, asset, units, height \
                FROM simulated_transfers WHERE network = ? AND height >= ? AND height <= ? \
                ORDER BY height, id LIMIT ?";
    let bound = |height: u64| i64::try_from(height).unwrap_or(i64::MAX);
    let sql = Sql::new(text).text(network.as_str()).int(bound(from)).int(bound(to)).int(TRANSFERS);
    let kinds = [Kind::Text, Kind::Text, Kind::Int, Kind::Text, Kind::Text, Kind::Text, Kind::Int];
    let records = connection.select(&sql, &kinds).map_err(failed)?;
    let read = |record| Ok(transfer(&mut Fields::new("simulated_transfers", record))?);
    records.into_iter().map(read).collect()
}
