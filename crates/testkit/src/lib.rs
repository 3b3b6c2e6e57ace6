//! What tests and benchmarks share: a fresh database on either backend, a clock they move, and
//! builders of the usual cast. Never linked into the product.

mod clock;
mod destinations;
pub mod forged;
mod granting;
mod scratch;
mod tenant;
mod world;

pub use clock::{ManualClock, SystemEntropy};
pub use destinations::{Destination, Expected, destinations};
pub use granting::Granting;
pub use scratch::{Backend, Held, Scratch};
pub use tenant::Tenant;
pub use world::{PlainRenderer, World, policy, test_keys};
