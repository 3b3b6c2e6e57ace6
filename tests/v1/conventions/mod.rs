//! What every operation has in common, driven by the operation table: a new operation is
//! tested here as soon as it is declared.

mod access;
mod amounts;
mod bodies;
mod dry_run;
mod expand;
mod heads;
mod idempotency;
mod ids;
mod narrowing;
mod notes;
mod pages;
pub mod samples;
