use super::{Check, Progress};
use crate::{
    OpenError,
    db::{Fields, Kind, Sql, Value},
};

/// Rows read at once: bounded memory, whatever the table's size.
const PAGE: i64 = 2_000;

/// A pass over a table in the order of its keys, page by page, without OFFSET.
pub(super) struct Scan<'a> {
    pub(super) stage: &'static str,
    /// The columns, the keys first.
    pub(super) columns: &'a str,
    pub(super) from: &'static str,
    /// The columns of the order; unique together.
    pub(super) keys: &'static [&'static str],
    pub(super) kinds: &'a [Kind],
}

impl Check<'_> {
    /// Hands every row to `visit`.
    pub(super) fn scan(
        &mut self,
        scan: &Scan<'_>,
        mut visit: impl FnMut(&mut super::Report, Fields) -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        let mut last: Vec<Value<'static>> = Vec::new();
        let mut rows = 0_u64;
        loop {
            let records = self.connection.select(&page(scan, &last), scan.kinds)?;
            let Some(end) = records.last() else {
                return Ok(());
            };
            last = end.iter().take(scan.keys.len()).cloned().collect();
            let count = u64::try_from(records.len()).unwrap_or(0);
            rows = rows.saturating_add(count);
            self.report.rows = self.report.rows.saturating_add(count);
            for record in records {
                visit(self.report, Fields::new(scan.stage, record))?;
            }
            (self.progress)(Progress { stage: scan.stage, rows });
        }
    }
}

fn page(scan: &Scan<'_>, last: &[Value<'static>]) -> Sql<'static> {
    let (columns, from, keys) = (scan.columns, scan.from, scan.keys.join(", "));
    let after = if last.is_empty() {
        String::new()
    } else {
        let marks = vec!["?"; last.len()].join(", ");
        let glue = if from.contains(" WHERE ") { "AND" } else { "WHERE" };
        format!("{glue} ({keys}) > ({marks})")
    };
    let text = format!("SELECT {columns} FROM {from} {after} ORDER BY {keys} LIMIT ?");
    last.iter().cloned().fold(Sql::new(text), Sql::bind).int(PAGE)
}

impl From<cardium_kernel::StoreError> for OpenError {
    fn from(error: cardium_kernel::StoreError) -> Self {
        Self::Database(error.to_string())
    }
}
