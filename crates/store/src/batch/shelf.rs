use std::collections::{BTreeMap, BTreeSet, HashMap};

use cardium_kernel::StoreError;

use crate::{
    batch::statements::{Lock, Statements},
    db::{Connection, DbError},
    rows::Row,
};

/// The rows of one table in a batch: as loaded, as merged so far, and as the running command
/// sees them.
pub(crate) struct Shelf<R: Row> {
    statements: Statements<R>,
    lock: Lock,
    /// Every announced row, absence included, with the changes of merged commands.
    rows: HashMap<u128, Option<R>>,
    /// The version each existing row was loaded with.
    loaded: HashMap<u128, i64>,
    /// Rows that merged commands changed.
    dirty: BTreeSet<u128>,
    /// What the running command wrote.
    overlay: BTreeMap<u128, R>,
}

impl<R: Row> Shelf<R> {
    pub(crate) fn new(postgres: bool, lock: Lock) -> Self {
        Self {
            statements: Statements::new(postgres),
            lock,
            rows: HashMap::new(),
            loaded: HashMap::new(),
            dirty: BTreeSet::new(),
            overlay: BTreeMap::new(),
        }
    }

    /// Forgets the batch before.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.loaded.clear();
        self.dirty.clear();
        self.overlay.clear();
    }

    /// Loads and locks rows by identity.
    pub(crate) fn load(
        &mut self,
        connection: &mut Connection,
        keys: &BTreeSet<u128>,
    ) -> Result<(), DbError> {
        if keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<u128> = keys.iter().copied().collect();
        for row in self.statements.load(connection, &keys, self.lock)? {
            self.loaded.insert(row.key(), row.version());
            self.rows.insert(row.key(), Some(row));
        }
        for key in keys {
            self.rows.entry(key).or_insert(None);
        }
        Ok(())
    }

    /// Whether the row, or its absence, is known.
    pub(crate) fn knows(&self, key: u128) -> bool {
        self.overlay.contains_key(&key) || self.rows.contains_key(&key)
    }

    /// The row as the running command sees it.
    pub(crate) fn find(&self, key: u128) -> Result<Option<R>, StoreError> {
        if let Some(row) = self.overlay.get(&key) {
            return Ok(Some(row.clone()));
        }
        self.rows.get(&key).cloned().ok_or(StoreError::Miss)
    }

    /// Keeps the running command's version of a row.
    pub(crate) fn save(&mut self, row: R) -> Result<(), StoreError> {
        let key = row.key();
        if !self.knows(key) {
            return Err(StoreError::Miss);
        }
        self.overlay.insert(key, row);
        Ok(())
    }

    /// Keeps a new row of the running command.
    pub(crate) fn insert(&mut self, row: R, what: &'static str) -> Result<(), StoreError> {
        match self.find(row.key())? {
            Some(_) => Err(StoreError::Duplicate(what)),
            None => self.save(row),
        }
    }

    /// Rows that the running command wrote.
    pub(crate) fn written(&self) -> impl Iterator<Item = &R> {
        self.overlay.values()
    }

    /// Keeps what the running command wrote. A row that was opened but never used (version
    /// zero), or written back unchanged, is not a change.
    pub(crate) fn merge(&mut self) {
        for (key, row) in std::mem::take(&mut self.overlay) {
            let known = self.rows.get(&key).and_then(Option::as_ref);
            if row.version() == 0 || known == Some(&row) {
                continue;
            }
            self.dirty.insert(key);
            self.rows.insert(key, Some(row));
        }
    }

    /// Drops what the running command wrote.
    pub(crate) fn discard(&mut self) {
        self.overlay.clear();
    }

    pub(crate) fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Writes all changes: new rows, then changed ones.
    pub(crate) fn flush(&mut self, connection: &mut Connection) -> Result<(), DbError> {
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for key in &self.dirty {
            let Some(Some(row)) = self.rows.get(key) else {
                continue;
            };
            match self.loaded.get(key) {
                Some(version) => changed.push((row, *version)),
                None => new.push(row),
            }
        }
        if !new.is_empty() {
            self.statements.insert(connection, &new)?;
        }
        if !changed.is_empty() {
            self.statements.update(connection, &changed)?;
        }
        Ok(())
    }
}
