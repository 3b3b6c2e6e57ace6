//! What the card network asks: authorize, advise, clear, refund, reverse; and what happens to a
//! hold by itself.
//!
//! Every message is settled in one transaction that begins in [`Exchange::open`] and ends in
//! [`Frame::conclude`]: each exchange is answered once, a repeat gets the stored bytes, and a
//! message that arrives after its own reversal leaves the card as if it had come first.

mod advise;
mod approve;
mod asked;
mod authorize;
mod books;
mod check;
mod clear;
mod exchange;
mod expire;
mod facts;
mod frame;
mod hook;
mod mandate;
mod refund;
mod reverse;
mod spending;
mod undo;

pub(crate) use asked::proportion;

pub use advise::{Advise, StandIn};
pub use asked::{Asked, Request};
pub use authorize::{Authorize, Posting};
pub use check::{CheckAuthorization, Checked};
pub use clear::Clear;
pub use exchange::{Exchange, NetworkAnswer, NetworkReply, Replied};
pub use expire::{ExpireHold, When};
pub use frame::Settled;
pub use hook::{Ask, Authorized, GiveUpPending, Hook, NoteLateHook, Question};
pub use refund::Refund;
pub use reverse::Reverse;
