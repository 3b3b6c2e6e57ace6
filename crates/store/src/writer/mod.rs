//! The write path: bounded queues, one writer a connection, group commit.

mod attempt;
mod checkpoint;
mod cold;
mod outcome;
mod probe;
mod queue;
mod session;
mod stats;
mod thread;

pub use probe::{Point, Probe};
pub use queue::QueueLimits;
pub use stats::{Stats, StatsSnapshot};

pub(crate) use checkpoint::Checkpointer;
pub(crate) use queue::Queue;
pub(crate) use thread::{Fatal, WriterSettings, spawn};
