use crate::{
    batch::statements::Statements,
    db::{Connection, DbError},
    rows::Row,
};

/// Rows that are only ever appended.
pub(crate) struct Journal<R: Row> {
    statements: Statements<R>,
    merged: Vec<R>,
    overlay: Vec<R>,
}

impl<R: Row> Journal<R> {
    pub(crate) fn new(postgres: bool) -> Self {
        Self { statements: Statements::new(postgres), merged: Vec::new(), overlay: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.merged.clear();
        self.overlay.clear();
    }

    pub(crate) fn push(&mut self, row: R) {
        self.overlay.push(row);
    }

    pub(crate) fn written(&self) -> &[R] {
        &self.overlay
    }

    pub(crate) fn merge(&mut self) {
        self.merged.append(&mut self.overlay);
    }

    pub(crate) fn discard(&mut self) {
        self.overlay.clear();
    }

    pub(crate) fn is_dirty(&self) -> bool {
        !self.merged.is_empty()
    }

    /// Writes all rows, sorted by identity, so that two processes insert in one order.
    pub(crate) fn flush(&mut self, connection: &mut Connection) -> Result<(), DbError> {
        if self.merged.is_empty() {
            return Ok(());
        }
        self.merged.sort_unstable_by_key(Row::key);
        let rows: Vec<&R> = self.merged.iter().collect();
        self.statements.insert(connection, &rows)
    }
}
