use cardium_app::{
    chain::{Payment, SimulatedPayment},
    reads::ReadResult,
};
use cardium_kernel::{Asset, Network, StoreError, WithdrawalId};
use cardium_topups::Transfer;

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
    let text = "SELECT network, txid, out_index, address, asset, units, height, reverted \
                FROM simulated_transfers WHERE network = ? AND height >= ? AND height <= ? \
                ORDER BY height, id LIMIT ?";
    let bound = |height: u64| i64::try_from(height).unwrap_or(i64::MAX);
    let sql = Sql::new(text).text(network.as_str()).int(bound(from)).int(bound(to)).int(TRANSFERS);
    let kinds = [
        Kind::Text,
        Kind::Text,
        Kind::Int,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Int,
        Kind::Bool,
    ];
    let records = connection.select(&sql, &kinds).map_err(failed)?;
    let read = |record| {
        let mut fields = Fields::new("simulated_transfers", record);
        let transfer = transfer(&mut fields)?;
        Ok(Transfer { reverted: fields.bool()?, ..transfer })
    };
    records.into_iter().map(read).collect()
}

pub(super) fn payment(
    connection: &mut Connection,
    id: WithdrawalId,
) -> ReadResult<Option<SimulatedPayment>> {
    let text = "SELECT withdrawal_id, network, asset, units, address, memo, txid, height, reverted \
                FROM simulated_payments WHERE withdrawal_id = ?";
    let kinds = [
        Kind::Id,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Int,
        Kind::Bool,
    ];
    let record = connection.first(&Sql::new(text).id(id.value()), &kinds).map_err(failed)?;
    let read = |record| simulated(&mut Fields::new("simulated_payments", record));
    Ok(record.map(read).transpose()?)
}

fn simulated(fields: &mut Fields) -> Result<SimulatedPayment, StoreError> {
    let payment = Payment {
        withdrawal: WithdrawalId::new(fields.id()?),
        network: fields.word(Network::parse)?,
        asset: fields.word(Asset::parse)?,
        units: fields.word(|text| text.parse().ok())?,
        address: fields.text()?,
        memo: fields.optional(Fields::text)?,
    };
    let txid = fields.text()?;
    let height = fields.code(|height| u64::try_from(height).ok())?;
    Ok(SimulatedPayment { payment, txid, height, reverted: fields.bool()? })
}
