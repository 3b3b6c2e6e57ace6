//! Cardium's black-box tests: one binary whose modules mirror the URL tree.
//!
//! Tests share one server and one database per backend; each makes its own account and asserts
//! only on that. A test that moves the clock, changes settings or kills a process starts its own
//! server. Unit tests are deliberately absent: they live beside the code they test.

mod agents;
mod architecture;
mod crash;
mod demo;
mod iso8583;
mod mcp;
mod oauth;
mod pages;
mod processes;
mod secrets;
mod starting;
mod support;
mod tokens;
mod v1;
mod webhooks_storm;
mod write_path;
