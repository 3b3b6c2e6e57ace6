use std::{collections::HashMap, hash::Hash};

use cardium_kernel::StoreError;

/// A unique key other than the identity: resolved for announced keys, absence included, and
/// extended by the rows that commands of the batch make.
pub(crate) struct Index<K, V> {
    known: HashMap<K, Option<V>>,
    overlay: Vec<(K, Option<V>)>,
}

impl<K: Hash + Eq + Clone, V: Copy> Index<K, V> {
    pub(crate) fn new() -> Self {
        Self { known: HashMap::new(), overlay: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.known.clear();
        self.overlay.clear();
    }

    /// Notes what the database says of a key.
    pub(crate) fn resolve(&mut self, key: K, value: Option<V>) {
        self.known.insert(key, value);
    }

    pub(crate) fn find(&self, key: &K) -> Result<Option<V>, StoreError> {
        if let Some((_, value)) = self.overlay.iter().rev().find(|(known, _)| known == key) {
            return Ok(*value);
        }
        self.known.get(key).copied().ok_or(StoreError::Miss)
    }

    /// Notes a key that the running command takes.
    pub(crate) fn take(&mut self, key: K, value: V) {
        self.overlay.push((key, Some(value)));
    }

    /// Notes a key that the running command gives up.
    pub(crate) fn release(&mut self, key: K) {
        self.overlay.push((key, None));
    }

    pub(crate) fn merge(&mut self) {
        for (key, value) in self.overlay.drain(..) {
            self.known.insert(key, value);
        }
    }

    pub(crate) fn discard(&mut self) {
        self.overlay.clear();
    }
}
