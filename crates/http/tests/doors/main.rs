//! The doors without a database: what happens to a request before a use case sees it, and to
//! what a use case answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers included")]

mod bodies;
mod guard;
mod helpers;
mod limits;
mod mcp;
mod pages;
mod reads;
mod shape;
mod sockets;
mod support;
mod transport;
