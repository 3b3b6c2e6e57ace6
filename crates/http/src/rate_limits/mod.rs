//! How often anybody may ask.
//!
//! A credential has a second (this process), a minute and a day (all processes together); an
//! address has a minute without a valid credential; some operations have bounds of their own.
//! Invariants: nothing is written for a single request, memory is bounded, and without the
//! database each process still holds the limits by itself (decisions/0009). Deliberately absent:
//! bans. Retry-After is advice; who follows it is served at once when the window ends.

mod burst;
mod meters;
mod penalty;
mod reserve;
mod rule;
mod window;

use std::{
    cell::Cell,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use cardium_api_v1::operation::Operation;
use cardium_app::{Database, Edge};
use cardium_kernel::{AccountId, CredentialId, Problem, Timestamp};

use burst::Bursts;
use reserve::{Counter, PATIENCE};
use rule::{Rule, Subject};
use window::{Sharing, Taken};

pub use meters::Reading;

/// How often anybody may ask; each is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateSettings {
    /// Requests of a credential in a second.
    pub per_second: u32,
    /// Requests of a credential in a minute.
    pub per_minute: u32,
    /// Requests of a credential in a day.
    pub per_day: u32,
    /// Requests of an address in a minute that no valid credential came with.
    pub unauthenticated_per_minute: u32,
    /// Sign-ins from an address in a minute.
    pub sign_in_per_minute: u32,
    /// New accounts from an address in an hour.
    pub accounts_per_hour: u32,
    /// New OAuth clients from an address in an hour.
    pub registrations_per_hour: u32,
    /// Card numbers shown to a credential, and to an address, in a minute.
    pub reveals_per_minute: u32,
    /// Requests of an account in a minute in which a password is checked again.
    pub password_checks_per_minute: u32,
}

/// Where the caller stands after this request, for the headers and for whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The minute.
    pub minute: Reading,
    /// What is left of the second; none for strangers.
    pub burst: Option<u32>,
}

/// What a request's answer will say.
pub type Seen = Cell<Option<Standing>>;

/// Who asked how often.
pub struct RateLimits {
    settings: RateSettings,
    edge: Edge,
    bursts: Bursts,
    /// Apart, so that no crowd of addresses pushes a credential out.
    credentials: Arc<Counter>,
    addresses: Arc<Counter>,
}

impl RateLimits {
    pub fn new(settings: RateSettings, database: &Arc<dyn Database>, edge: &Edge) -> Self {
        let counter = || Arc::new(Counter::new(Arc::clone(database), edge.clone()));
        Self {
            settings,
            edge: edge.clone(),
            bursts: Bursts::new(settings.per_second, Arc::clone(&edge.clock)),
            credentials: counter(),
            addresses: counter(),
        }
    }

    /// Counts a request of a known credential.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_caller(&self, id: CredentialId, seen: &Seen) -> Result<(), Problem> {
        let caller = Subject::Credential(id);
        let burst = self.bursts.take(caller.id(Rule::Minute));
        let left = burst.as_ref().copied().unwrap_or(0);
        let note = |minute| seen.set(Some(Standing { minute, burst: Some(left) }));
        if let Err(wait) = burst {
            note(self.read(Rule::Minute, caller));
            let limit = i64::from(self.bursts.limit());
            return Err(self.refuse((Rule::Minute, caller), (limit, "requests in a second"), wait));
        }
        note(self.read(Rule::Minute, caller));
        let minute = self.count(Rule::Minute, caller).await;
        note(self.read(Rule::Minute, caller));
        minute?;
        self.count(Rule::Day, caller).await
    }

    /// Counts a request that no valid credential came with.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_stranger(
        &self,
        address: Option<IpAddr>,
        seen: &Seen,
    ) -> Result<(), Problem> {
        let stranger = Subject::Address(address);
        let counted = self.count(Rule::Anonymous, stranger).await;
        let minute = self.read(Rule::Anonymous, stranger);
        seen.set(Some(Standing { minute, burst: None }));
        counted
    }

    /// Refuses an address that has no request without a valid credential left.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_stranger(&self, address: Option<IpAddr>, seen: &Seen) -> Result<(), Problem> {
        let stranger = Subject::Address(address);
        let minute = self.read(Rule::Anonymous, stranger);
        if minute.remaining > 0 {
            return Ok(());
        }
        seen.set(Some(Standing { minute, burst: None }));
        Err(self.refuse_window(Rule::Anonymous, stranger, minute))
    }

    /// Counts what an operation is bounded by beyond that.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_operation(
        &self,
        operation: &Operation,
        caller: Option<CredentialId>,
        address: Option<IpAddr>,
    ) -> Result<(), Problem> {
        let from = Subject::Address(address);
        match operation.id {
            "sign_in" => self.count(Rule::SignIns, from).await,
            "create_account" => self.count(Rule::Accounts, from).await,
            "reveal_pan" | "reveal_pan_by_post" => {
                if let Some(caller) = caller {
                    self.count(Rule::Reveals, Subject::Credential(caller)).await?;
                }
                self.count(Rule::Reveals, from).await
            }
            _ => Ok(()),
        }
    }

    /// Counts a registration of an OAuth client.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_registration(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.count(Rule::Registrations, Subject::Address(address)).await
    }

    /// Counts a request of an OAuth client for tokens, or about them.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_exchange(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.count(Rule::Exchanges, Subject::Address(address)).await
    }

    /// Counts a document of a client that is fetched because this account was led to it.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_document(&self, account: AccountId) -> Result<(), Problem> {
        self.count(Rule::Documents, Subject::Account(account)).await
    }

    /// Counts a request of a signed-in account that has a password checked: hashing is dear, and
    /// its place is shared with whoever signs in.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn count_password_check(&self, account: AccountId) -> Result<(), Problem> {
        self.count(Rule::PasswordChecks, Subject::Account(account)).await
    }

    /// A credential's windows by name: what it has left.
    pub fn windows(&self, caller: CredentialId, burst: u32) -> [(&'static str, Reading); 3] {
        let read = |rule| self.read(rule, Subject::Credential(caller));
        let burst = Reading {
            limit: i64::from(self.bursts.limit()),
            remaining: i64::from(burst),
            resets_at: self.now().after(Duration::from_secs(1)),
        };
        [("burst", burst), ("minute", read(Rule::Minute)), ("day", read(Rule::Day))]
    }

    async fn count(&self, rule: Rule, subject: Subject) -> Result<(), Problem> {
        let (counter, key) = (self.counter(subject), subject.key(rule, &self.settings));
        let started = Instant::now();
        loop {
            // Heard of from here on, so that no round ends unnoticed.
            let mut rounds = counter.rounds();
            let alone = counter.is_alone() || started.elapsed() >= PATIENCE;
            let sharing = if alone { Sharing::Alone } else { rule.sharing() };
            let (id, taken, reading) = counter.meters.take(key, self.now(), sharing);
            match taken {
                Taken::Spent => return Ok(()),
                Taken::SpentLow => {
                    counter.want(id);
                    return Ok(());
                }
                Taken::Refused => return Err(self.refuse_window(rule, subject, reading)),
                Taken::Wait => {
                    counter.want(id);
                    // Too late or not: the next turn looks.
                    let _late = tokio::time::timeout(PATIENCE, rounds.changed()).await;
                }
            }
        }
    }

    fn refuse_window(&self, rule: Rule, subject: Subject, reading: Reading) -> Problem {
        let wait = reading.resets_at.since(self.now());
        self.refuse((rule, subject), (reading.limit, rule.sentence()), wait)
    }

    fn refuse(
        &self,
        (rule, subject): (Rule, Subject),
        (limit, what): (i64, &str),
        wait: Duration,
    ) -> Problem {
        let key = subject.key(rule, &self.settings);
        let wait = Duration::from_secs(whole_seconds(wait).max(1));
        let wait = self.counter(subject).meters.refuse(key, self.now(), wait).as_secs();
        let message = format!("At most {limit} {what} are served. Try again in {wait} s.");
        Problem::rate_limited(message, wait)
    }

    fn read(&self, rule: Rule, subject: Subject) -> Reading {
        let key = subject.key(rule, &self.settings);
        self.counter(subject).meters.read(key, self.now())
    }

    const fn counter(&self, subject: Subject) -> &Arc<Counter> {
        match subject {
            Subject::Credential(_) | Subject::Account(_) => &self.credentials,
            Subject::Address(_) => &self.addresses,
        }
    }

    fn now(&self) -> Timestamp {
        self.edge.clock.now()
    }
}

/// Rounded up.
pub fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}
