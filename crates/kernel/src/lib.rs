//! The nouns every other crate shares: money, books, assets and chains, ids, time, pages and error
//! codes.
//!
//! Invariants: money carries its currency and never floats; ids are 128-bit and time-ordered;
//! time and identity are inputs. Deliberately absent: any clock, random generator, I/O or wire
//! format; those live at the edge.

#![cfg_attr(
    not(test),
    deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::as_conversions)
)]

mod asset;
mod book;
mod change;
mod clock;
mod country;
mod currency;
mod digest;
mod error;
mod id;
mod idempotency;
mod metadata;
mod money;
mod page;
mod rate;
mod store;
mod timestamp;

pub use asset::{Asset, Network, SUPPORTED, is_supported};
pub use book::Book;
pub use change::Change;
pub use clock::{Clock, IdSource};
pub use country::{Country, CountryError};
pub use currency::Currency;
pub use digest::{Sha256Pieces, digest128, sha256};
pub use error::{ErrorCode, Problem};
pub use id::{
    AccountId, ActivityId, AnnouncementId, ApprovalId, AuditId, AuthorizationId, BlobId, CardId,
    ConsentId, CredentialId, DeliveryId, DepositId, DisputeId, EndpointId, EntryId, EventId,
    EvidenceId, GrantId, IdError, MessageId, PostingId, RequestId, TicketId, TopupId,
    TransactionId, WithdrawalId,
};
pub use idempotency::{IdempotencyKey, IdempotencyKeyError};
pub use metadata::{Metadata, MetadataError};
pub use money::{Money, MoneyError};
pub use page::{Cursor, Direction, Page, PageLimit, Sort};
pub use rate::{Rate, Rounding};
pub use store::StoreError;
pub use timestamp::{Timestamp, TimestampError};
