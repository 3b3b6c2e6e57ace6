use cardium_cards::{Velocity, VelocityRecord, WindowTally};
use cardium_kernel::{CardId, Currency, StoreError};

use super::{Fields, Kind, Row, Table, Value, money, time};

impl Row for Velocity {
    const TABLE: Table = Table {
        name: "card_velocity",
        columns: &[
            ("card_id", Kind::Id),
            ("currency", Kind::Text),
            ("day_start", Kind::Int),
            ("day_amount", Kind::Int),
            ("day_count", Kind::Int),
            ("week_start", Kind::Int),
            ("week_amount", Kind::Int),
            ("week_count", Kind::Int),
            ("month_start", Kind::Int),
            ("month_amount", Kind::Int),
            ("month_count", Kind::Int),
            ("lifetime_start", Kind::Int),
            ("lifetime_amount", Kind::Int),
            ("lifetime_count", Kind::Int),
            ("cvv_failures", Kind::Int),
            ("cvv_failed_at", Kind::Int),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.card.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let currency = self.lifetime.amount.currency();
        let mut values = vec![Value::id(self.card.value()), Value::text(currency.code())];
        for tally in [self.day, self.week, self.month, self.lifetime] {
            values.push(time(tally.start));
            values.push(Value::Int(tally.amount.minor()));
            values.push(Value::Int(tally.count));
        }
        values.push(Value::Int(self.cvv_failures));
        values.push(time(self.cvv_failed_at));
        values.push(Value::Int(self.version));
        values
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let card = CardId::new(fields.id()?);
        let currency = fields.currency()?;
        Ok(Self::restore(VelocityRecord {
            card,
            day: tally(fields, currency)?,
            week: tally(fields, currency)?,
            month: tally(fields, currency)?,
            lifetime: tally(fields, currency)?,
            cvv_failures: fields.int()?,
            cvv_failed_at: fields.time()?,
            version: fields.int()?,
        }))
    }
}

fn tally(fields: &mut Fields, currency: Currency) -> Result<WindowTally, StoreError> {
    let start = fields.time()?;
    let amount = money(fields.int()?, currency);
    Ok(WindowTally { start, amount, count: fields.int()? })
}
