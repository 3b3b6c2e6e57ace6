use cardium_kernel::{AccountId, ConsentId, StoreError, Timestamp};

use super::{client::Client, code::AuthorizationCode, consent::Consent, refresh::RefreshToken};

/// What commands of the OAuth server need of the open transaction. What is found is locked, so
/// that of two who bring the same code the second sees that it is used.
#[cfg_attr(test, mockall::automock)]
pub trait OAuthStore {
    /// The client with this id.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_client(&mut self, id: &str) -> Result<Option<Client>, StoreError>;

    /// Writes a client, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_client(&mut self, client: &Client) -> Result<(), StoreError>;

    /// Removes a client that has ended, once no grant of it is open; says whether it went.
    ///
    /// # Errors
    /// When the database refuses.
    fn drop_ended_client(&mut self, id: &str) -> Result<bool, StoreError>;

    /// How many clients the operator entered.
    ///
    /// # Errors
    /// When the database refuses.
    fn count_operator_clients(&mut self) -> Result<i64, StoreError>;

    /// A request that an owner is asked about.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_consent(&mut self, id: ConsentId) -> Result<Option<Consent>, StoreError>;

    /// Writes a request, new or answered.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_consent(&mut self, consent: &Consent) -> Result<(), StoreError>;

    /// The code with this keyed hash.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_code(&mut self, hash: &[u8; 32]) -> Result<Option<AuthorizationCode>, StoreError>;

    /// Writes a code, new or used.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_code(&mut self, code: &AuthorizationCode) -> Result<(), StoreError>;

    /// The refresh token with this keyed hash.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn find_refresh(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError>;

    /// Writes a refresh token, new or used.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError>;

    /// Removes the unused tokens of this token's line, but for the newest `keep`.
    ///
    /// # Errors
    /// When the database refuses.
    fn drop_unused_refresh(&mut self, of: &RefreshToken, keep: i64) -> Result<(), StoreError>;

    /// How many open grants an account has.
    ///
    /// # Errors
    /// When the database refuses.
    fn count_open_grants(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// Removes up to `limit` rows of each kind whose time was over before this moment: requests,
    /// codes, refresh tokens, clients that nobody uses, and approvals after a while; and codes and
    /// refresh tokens of grants that have ended. A client with an open grant is ended instead.
    /// Says how many of the most numerous kind.
    ///
    /// # Errors
    /// When the database refuses.
    fn purge_oauth(&mut self, now: Timestamp, limit: i64) -> Result<i64, StoreError>;
}
