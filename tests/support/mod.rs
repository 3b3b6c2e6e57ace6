//! What black-box tests share.

mod acquirer;
mod agents;
mod books;
mod client;
mod consent;
mod coverage;
pub mod customer;
mod finally;
mod gate;
mod names;
mod plastic;
mod process;
mod proxy;
mod reply;
mod server;
mod totp;
mod wire;

pub use acquirer::{Script, changed, clearing, purchase, repeat, reversal, without};
pub use agents::Agent;
pub use books::{BOTH, Books};
pub use client::{Client, PASSWORD, fresh_address, until};
pub use consent::{Answer, Owner, Page};
pub use finally::Finally;
pub use gate::{Gate, in_one_batch};
pub use names::Phonebook;
pub use plastic::{address, plastic};
pub use process::{
    Background, Finished, Process, assert_exit, assert_verified, cardium, eventually, finish,
    serve, verify,
};
pub use proxy::{Cut, Proxy};
pub use reply::{Reply, Request, assert_fields, ids, items, text, usd};
pub use server::Server;
pub use totp::Authenticator;
pub use wire::{Line, decode, encode, framed, management};

/// Makes two tests of a function that takes a backend: one on SQLite, one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        mod $name {
            #[test]
            fn sqlite() {
                super::$name(cardium_testkit::Backend::Sqlite);
            }

            #[test]
            fn postgres() {
                super::$name(cardium_testkit::Backend::Postgres);
            }
        }
    )+};
}
