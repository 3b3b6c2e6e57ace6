use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters of the write path.
#[derive(Debug, Default)]
pub struct Stats {
    batches: AtomicU64,
    commands: AtomicU64,
    statements: AtomicU64,
    largest_statements: AtomicU64,
    reruns: AtomicU64,
    misses: AtomicU64,
    unhealthy: AtomicBool,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatsSnapshot {
    /// Transactions that were committed or found to have nothing to write.
    pub batches: u64,
    /// Commands that were run in them.
    pub commands: u64,
    /// Statements they took, BEGIN and COMMIT included.
    pub statements: u64,
    /// The most statements one of them took.
    pub largest_statements: u64,
    /// Batches that were run again after a conflict.
    pub reruns: u64,
    /// Commands that needed rows they had not announced.
    pub misses: u64,
}

impl Stats {
    /// The counters now.
    #[must_use]
    pub fn snapshot(&self) -> StatsSnapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StatsSnapshot {
            batches: read(&self.batches),
            commands: read(&self.commands),
            statements: read(&self.statements),
            largest_statements: read(&self.largest_statements),
            reruns: read(&self.reruns),
            misses: read(&self.misses),
        }
    }

    /// Whether the last contact with the database was good.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        !self.unhealthy.load(Ordering::Relaxed)
    }

    pub(crate) fn set_healthy(&self, healthy: bool) {
        self.unhealthy.store(!healthy, Ordering::Relaxed);
    }

    pub(crate) fn count_batch(&self, commands: usize, statements: u64) {
        let commands = u64::try_from(commands).unwrap_or(u64::MAX);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(commands, Ordering::Relaxed);
        self.statements.fetch_add(statements, Ordering::Relaxed);
        self.largest_statements.fetch_max(statements, Ordering::Relaxed);
    }

    pub(crate) fn count_rerun(&self) {
        self.reruns.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_miss(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }
}
