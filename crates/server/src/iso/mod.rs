//! The ISO 8583 door: TCP in front of the network crate's host.
//!
//! Invariants: responses of a connection leave through one task and never interleave; every
//! queue, count and wait has a bound; whatever one peer sends ends at most its own connection; no
//! byte of a message is logged. Deliberately absent: the meaning of messages, which is the
//! host's, and TLS, which the networks' own links or a tunnel provide.

mod connection;
mod listener;

pub use listener::{IsoLimits, serve};

#[cfg(test)]
mod tests;
