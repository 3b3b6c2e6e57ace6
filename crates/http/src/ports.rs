//! What the doors need besides the ports of app; the binary wires them.

use std::{fmt::Debug, future::Future, io, net::IpAddr, pin::Pin, time::Duration};

use cardium_api_v1::{
    health::Health,
    simulation::{SimulatedPosting, SimulatedPurchase},
};
use cardium_app::CommandError;
use cardium_authorizations::{Finality, Transaction};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money, Timestamp};

/// A future behind a pointer, so that ports with futures can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The simulated card network behind the test helpers. It speaks ISO 8583 with the same code
/// as the real one.
pub trait NetworkRail: Send + Sync {
    /// Lets a merchant ask for money; gives the authorization, or the decline.
    ///
    /// The caller has checked that the card belongs to the account.
    fn authorize(
        &self,
        card: CardId,
        account: AccountId,
        request: SimulatedPurchase,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets the merchant clear an authorization, in whole or of this amount.
    ///
    /// The caller has checked that the authorization belongs to the account, here and below.
    fn capture(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
        finality: Finality,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets the merchant raise an authorization by this amount.
    fn increment(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Money,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets the merchant reverse an authorization, in whole or by this amount.
    fn reverse(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets the hold of an authorization lapse.
    fn expire(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets a merchant give money back.
    ///
    /// The caller has checked that the card belongs to the account, here and below.
    fn refund(
        &self,
        card: CardId,
        account: AccountId,
        posting: SimulatedPosting,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;

    /// Lets a merchant post what it never asked for.
    fn force_post(
        &self,
        card: CardId,
        account: AccountId,
        posting: SimulatedPosting,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>>;
}

/// The clock of a process that was started for tests.
pub trait TestClock: Send + Sync {
    /// Moves the clock forward and gives the new present.
    fn advance(&self, by: Duration) -> Timestamp;
}

/// What names mean. Those who ask judge the answer; it is for one use and not to be kept, because
/// a name can mean something else a moment later.
pub trait NameLookup: Debug + Send + Sync {
    /// Every address of a name. It ends within seconds, and never holds up the event loop.
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// What the process knows of its own health. May block; it is never called on the event loop.
pub trait HealthProbe: Send + Sync {
    /// Whether the process takes requests: it can write, its keys fit, it is not draining.
    fn ready(&self) -> bool;

    /// How its parts are doing.
    fn report(&self) -> Health;
}
