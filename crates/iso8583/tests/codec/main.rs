//! The codec from outside, in one binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod bodies;
mod elements;
mod framing;
mod fuzzed;
mod golden;
mod hostile;
mod masking;
mod round_trip;
mod support;
mod transport;
