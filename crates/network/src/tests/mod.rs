//! Unit tests of the whole crate: from bytes to commands, and from outcomes to bytes.

mod amounts;
mod answers;
mod cvv;
mod host;
mod keys;
mod rail;
mod support;
mod translation;
