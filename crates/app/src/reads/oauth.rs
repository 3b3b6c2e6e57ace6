//! What is asked about clients and their tokens.

use cardium_auth::oauth::{Client, Consent, RefreshToken};
use cardium_kernel::ConsentId;

use super::ReadResult;
use crate::oauth::Line;

/// Queries of the OAuth server.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait OAuthReads {
    /// The client with this id.
    fn find_client(&self, id: &str) -> ReadResult<Option<Client>>;
    /// A request that an owner is asked about, whoever's.
    fn find_consent(&self, id: ConsentId) -> ReadResult<Option<Consent>>;
    /// Where the code with this keyed hash leads.
    fn find_code_line(&self, hash: &[u8; 32]) -> ReadResult<Option<Line>>;
    /// The refresh token with this keyed hash.
    fn find_refresh(&self, hash: &[u8; 32]) -> ReadResult<Option<RefreshToken>>;
    /// Where the refresh token with this keyed hash leads.
    fn find_refresh_line(&self, hash: &[u8; 32]) -> ReadResult<Option<Line>>;
    /// Whether this client was ended, and grants of it may be open still.
    fn is_ended_client(&self, id: &str) -> ReadResult<bool>;
    /// Clients that were ended and still have to go, up to `limit`, the first ended first.
    fn ended_clients(&self, limit: i64) -> ReadResult<Vec<Client>>;
    /// The clients that the operator entered, up to `limit`, the oldest first.
    fn operator_clients(&self, limit: i64) -> ReadResult<Vec<Client>>;
    /// Where open grants of a client lead, up to `limit`.
    fn open_grants_of(&self, client: &str, limit: i64) -> ReadResult<Vec<Line>>;
}
