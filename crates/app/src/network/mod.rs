//! What the card network asks: authorize, clear, reverse. Each exchange is answered once; a
//! repeat gets the stored bytes.

mod authorize;
mod clear;
mod exchange;
mod reverse;

pub use authorize::{Approved, Authorize};
pub use clear::{Clear, Cleared};
pub use exchange::{Exchange, NetworkAnswer, NetworkReply, Replied};
pub use reverse::{Reverse, Reversed};
