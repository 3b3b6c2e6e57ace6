//! The write path's promises (docs/ARCHITECTURE.md), proved on both databases.

mod addresses;
mod batching;
mod delivering;
mod failing;
mod files;
mod mandates;
mod migrating;
mod money;
mod opening;
mod processes;
mod retention;
mod spending;
mod upkeep;
mod verifying;
mod withdrawing;
