use cardium_kernel::{AccountId, DepositId, StoreError, TopupId};
use cardium_topups::{Asset, Deposit, DepositState, Network, Transfer, TransferRef};

use super::{Fields, Kind, Row, Table, Value, money, time};

impl Row for Deposit {
    const TABLE: Table = Table {
        name: "deposits",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("topup_id", Kind::Id),
            ("network", Kind::Text),
            ("txid", Kind::Text),
            ("out_index", Kind::Int),
            ("address", Kind::Text),
            ("asset", Kind::Text),
            ("units", Kind::Text),
            ("height", Kind::Int),
            ("amount", Kind::Int),
            ("currency", Kind::Text),
            ("state", Kind::Text),
            ("created_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.id.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let transfer = &self.transfer;
        vec![
            Value::id(self.id.value()),
            Value::id(self.account.value()),
            Value::id(self.topup.value()),
            Value::text(transfer.reference.network.as_str()),
            Value::text(&transfer.reference.txid),
            Value::Int(i64::from(transfer.reference.out_index)),
            Value::text(&transfer.address),
            Value::text(transfer.asset.as_str()),
            Value::Text(transfer.units.to_string().into()),
            Value::Int(i64::try_from(transfer.height).unwrap_or(i64::MAX)),
            Value::Int(self.value.minor()),
            Value::text(self.value.currency().code()),
            Value::text(self.state.as_str()),
            time(self.created_at),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = DepositId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let topup = TopupId::new(fields.id()?);
        let mut transfer = transfer(fields)?;
        let minor = fields.int()?;
        let value = money(minor, fields.currency()?);
        let state = fields.word(DepositState::parse)?;
        transfer.reverted = state == DepositState::Reverted;
        let (created_at, version) = (fields.time()?, fields.int()?);
        Ok(Self { id, account, topup, transfer, value, state, created_at, version })
    }
}

/// Reads the seven columns of a transfer: network to height. Whether the chain undid it, each
/// table says in its own way.
pub(crate) fn transfer(fields: &mut Fields) -> Result<Transfer, StoreError> {
    let reference = TransferRef {
        network: fields.word(Network::parse)?,
        txid: fields.text()?,
        out_index: fields.code(|index| u32::try_from(index).ok())?,
    };
    Ok(Transfer {
        reference,
        address: fields.text()?,
        asset: fields.word(Asset::parse)?,
        units: fields.word(|text| text.parse().ok())?,
        height: fields.code(|height| u64::try_from(height).ok())?,
        reverted: false,
    })
}
