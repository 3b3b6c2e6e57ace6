/// A place in the life of a batch where a test may look in or break something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Rows are locked and loaded; no command ran yet.
    Loaded,
    /// All changes are written; COMMIT comes next.
    BeforeCommit,
    /// COMMIT succeeded; callers are answered next.
    Committed,
}

/// Looks into the write path. Production has none.
pub trait Probe: Send + Sync {
    /// Called at each point of each batch, with the number of its commands. May panic: that is
    /// how a writer's panic is tested.
    fn at(&self, point: Point, commands: usize);
}
