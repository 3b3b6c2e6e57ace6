//! Disputes: file, add evidence, and what the network makes of them.

mod advance;
mod capture;
mod evidence;
mod file;
mod money;
mod refund;

pub use advance::{Advance, AdvanceDispute};
pub use capture::{Capture, find_capture};
pub use evidence::AddEvidence;
pub use file::FileDispute;

pub(crate) use refund::{absorb_refund, absorb_reversal};
