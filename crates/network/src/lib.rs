//! ISO 8583 messages to commands, and outcomes to responses.
//!
//! Two callers share it: the listener, which carries bytes between a socket and [`Host`], and
//! [`SimulatedRail`], which plays the acquirer for the test helpers. So both run one code path.
//!
//! | Request | What happens | Response |
//! |---|---|---|
//! | 0100, 0101 | decide and hold | 0110 |
//! | 0120, 0121 | record what the network decided in our place | 0130 |
//! | 0200, 0201 | decide and post, or refund (DE 3 = 20) | 0210 |
//! | 0220, 0221 | post the clearing, or refund (DE 3 = 20) | 0230 |
//! | 0400, 0401, 0420, 0421 | take back (DE 90, 95) | 0410, 0430 |
//! | 0800, 0801 | sign on, sign off, echo, key exchange (DE 70) | 0810 |
//!
//! Invariants: one function makes the key of a message and of the message that a reversal means;
//! no PAN, CVV2, track data or PIN block is in what is stored or shown; whoever has not signed on
//! gets 91 and changes nothing.
//!
//! Deliberately absent: sockets, clocks, random generators and SQL; and keys for PINs: a key
//! exchange is acknowledged but no key is exchanged, since no PIN is verified.

mod amount;
mod answer;
mod balances;
pub mod codes;
mod currency;
mod cvv;
mod hook;
mod host;
mod key;
mod kind;
mod masking;
mod presented;
mod private;
mod rail;
mod record;
mod session;
pub mod simulate;
mod translate;

pub use currency::MerchantCurrency;
pub use hook::{BoxFuture, DecisionHook, Finished};
pub use host::{CvvDeclineCode, Exchanged, Host, HostSettings, Pending, Received, Reply};
pub use key::{message_key, original_key};
pub use rail::{CvvChoice, SimulatedPosting, SimulatedPurchase, SimulatedRail, Way};
pub use session::Session;

#[cfg(test)]
mod tests;
