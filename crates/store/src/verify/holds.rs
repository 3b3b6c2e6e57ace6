use std::collections::HashMap;

use super::{Check, scan::Scan};
use crate::{OpenError, db::Kind};

/// What is held for each object of a kind, by the object's id; `from` joins the holds `h` with its
/// table.
pub(super) fn read(
    check: &mut Check<'_>,
    stage: &'static str,
    from: &'static str,
) -> Result<HashMap<u128, i64>, OpenError> {
    let scan = Scan {
        stage,
        columns: "h.id, h.amount",
        from,
        keys: &["h.id"],
        kinds: &[Kind::Id, Kind::Int],
    };
    let mut holds = HashMap::new();
    check.scan(&scan, |_, mut fields| {
        holds.insert(fields.id()?, fields.int()?);
        Ok(())
    })?;
    Ok(holds)
}
