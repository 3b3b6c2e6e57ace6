//! The tools of the MCP server (Model Context Protocol), made from the operation table: one for
//! each operation, with its name.
//!
//! Invariants: a tool's schemas are those of the published document, so that nothing here can say
//! otherwise; what stands in a description comes from the table and never from a customer's data.
//! Deliberately absent: the transport, who may call, and every decision: a tool call is taken apart
//! here into the request that it stands for, and the operation does the rest.

mod arguments;
mod catalogue;
mod schema;

pub use arguments::{DRY_RUN, IDEMPOTENCY_KEY, Request, take_apart};
pub use catalogue::{Catalogue, Entry};
