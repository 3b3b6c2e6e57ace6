//! Unit tests of the whole crate: from bytes to commands, and from outcomes to bytes.

mod amounts;
mod answers;
mod cvv;
mod host;
mod keys;
mod presenting;
mod rail;
mod records;
mod simulating;
mod support;

mod translation;
