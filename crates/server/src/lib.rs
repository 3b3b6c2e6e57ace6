//! The binary `cardium`: settings, keys, wiring, workers, command line.
//!
//! Invariants: the clock and the random generator are read here and nowhere below; every setting
//! comes from `config/default.toml` or what overrides it; a process that could harm money or
//! secrets by starting does not start. Deliberately absent: decisions, which are use cases, and
//! wire formats, which are the dialects'.

mod announce;
mod causes;
pub mod cli;
mod clients;
pub mod clock;
pub mod command;
pub mod demo;
mod documents;
pub mod entropy;
pub mod hook;
pub mod iso;
pub mod keys;
pub mod listen;
mod log;
mod names;
mod rotate;
mod scratch;
pub mod serve;
pub mod settings;
pub mod tls;
pub mod verify;
pub mod workers;
