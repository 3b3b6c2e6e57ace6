//! What black-box tests share.

mod client;
mod gate;
mod proxy;
mod reply;
mod server;

pub use client::{Client, PASSWORD, until};
pub use gate::Gate;
pub use proxy::{Cut, Proxy};
pub use reply::{Reply, Request, assert_fields, ids, items, text, usd};
pub use server::Server;

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
