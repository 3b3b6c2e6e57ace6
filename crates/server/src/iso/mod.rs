//! The ISO 8583 door: TCP, with or without TLS, in front of the network crate's host.
//!
//! Invariants: responses of a connection leave through one task and never interleave; every
//! queue, count and wait has a bound; whatever one peer sends ends at most its own connection, and
//! however many connections it opens, others find a place; no byte of a message is logged.
//! Deliberately absent: the meaning of messages, which is the host's, and the telling apart of
//! peers by anything but their address.

mod connection;
mod listener;
mod pace;
mod peers;

pub use listener::{Door, serve};
pub use peers::{PeerLimits, Peers, Terms};

pub use crate::tls::{TlsError, TlsFiles, acceptor};

#[cfg(test)]
mod tests;
