//! One batch: the rows its commands touch, loaded and locked at once, changed in memory and
//! written back with a constant number of statements.

mod index;
mod journal;
mod map;
mod merge;
mod references;
mod resolve;
mod shelf;
mod statements;
mod system;

pub(crate) use map::Batch;
pub(crate) use merge::MergeContext;
pub(crate) use statements::insert_rows;
