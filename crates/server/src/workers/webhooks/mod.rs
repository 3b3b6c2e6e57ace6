//! Events on their way to their subscribers: fanned out to deliveries, sent in visits of leased
//! lanes, recorded.
//!
//! Invariants: an event is delivered at least once; an attempt ends before the lease of its lane
//! does; receivers that do not answer leave half the connections to the others; an address is
//! checked after the name look-up and at the moment of dialling, so that no name can be made to
//! mean a private address later.

mod addresses;
mod answer;
mod deliver;
mod fan_out;
mod judge;
mod lapse;
mod message;
mod record;
mod recover;
mod sender;
mod visit;

pub use answer::{Answered, SenderError};
pub use deliver::{DeliverEvents, Senders};
pub use fan_out::FanOutEvents;
pub use judge::JudgeEndpoints;
pub use lapse::EndLapsedGrants;
pub(crate) use message::headers;
pub use recover::RecoverEndpoints;
pub use sender::Sender;
pub(crate) use sender::guarded_client;

use std::time::Duration;

/// How long an event waits at most for its first attempt when nothing else is in its way.
const POLL: Duration = Duration::from_millis(250);
