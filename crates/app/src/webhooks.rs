//! Webhook endpoints, and the outbox's way to them: fan out, lease, record, in sets.

use std::time::Duration;

use cardium_kernel::{
    AccountId, Book, DeliveryId, EndpointId, ErrorCode, EventId, Problem, StoreError, Timestamp,
};
use cardium_vault::Aad;
use cardium_webhooks::{Delivery, DeliveryState, Endpoint, EventFilter, delay_before};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// The most events, leases or results handled in one transaction.
pub const SET: i64 = 256;

/// How long a leased delivery is left to its dispatcher: the ten seconds an attempt may take,
/// and room for its result to be written.
pub const LEASE: Duration = Duration::from_secs(30);

/// What the seal of an endpoint's signing secret is bound to.
#[must_use]
pub fn webhook_secret_aad(account: AccountId, endpoint: EndpointId) -> Aad {
    let (account, endpoint) = (account.value().to_be_bytes(), endpoint.value().to_be_bytes());
    Aad::new(account, &endpoint, "webhook.secret")
}

/// An event that has not been fanned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undispatched {
    /// The event.
    pub id: EventId,
    /// Whose it is.
    pub account: AccountId,
    /// Its name.
    pub kind: String,
    /// Its book.
    pub book: Book,
}

/// What webhook commands need of the open transaction.
pub trait WebhookStore {
    /// How many endpoints an account has; kept on its sequence row, which is locked.
    ///
    /// # Errors
    /// When the account's sequence was not announced.
    fn count_endpoints(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// Writes a new endpoint and counts it. Events from here on are dispatched.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_endpoint(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;

    /// Removes an account's endpoint with its deliveries; says whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    fn delete_endpoint(&mut self, account: AccountId, id: EndpointId) -> Result<bool, StoreError>;

    /// Takes up to `limit` events that were not fanned out, oldest first, for this transaction
    /// alone.
    ///
    /// # Errors
    /// When the database refuses.
    fn take_undispatched(&mut self, limit: i64) -> Result<Vec<Undispatched>, StoreError>;

    /// The endpoints of these accounts.
    ///
    /// # Errors
    /// When the database refuses.
    fn endpoints_of(&mut self, accounts: &[AccountId]) -> Result<Vec<Endpoint>, StoreError>;

    /// Writes new deliveries.
    ///
    /// # Errors
    /// When the database refuses.
    fn insert_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;

    /// Marks events as fanned out.
    ///
    /// # Errors
    /// When the database refuses.
    fn mark_dispatched(&mut self, events: &[EventId]) -> Result<(), StoreError>;

    /// Takes up to `limit` deliveries that are due, raises their lease and sets it to lapse at
    /// `until`.
    ///
    /// # Errors
    /// When the database refuses.
    fn lease_deliveries(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Writes the results of leased deliveries; those whose lease was raised since are left.
    ///
    /// # Errors
    /// When the database refuses.
    fn save_results(&mut self, deliveries: &[Delivery]) -> Result<(), StoreError>;
}

/// Makes an endpoint.
#[derive(Debug, Clone)]
pub struct CreateWebhook {
    /// The new endpoint's id.
    pub id: EndpointId,
    /// Where events go; checked at the edge.
    pub url: String,
    /// Which events.
    pub events: EventFilter,
    /// Only of this book, where set.
    pub mode: Option<Book>,
    /// What its owner says of it.
    pub description: String,
    /// The sealed signing secret.
    pub secret: Vec<u8>,
}

impl UseCase for CreateWebhook {
    type Output = Endpoint;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Endpoint> {
        let account = unit.account()?;
        if unit.tx.count_endpoints(account)? >= unit.policy().webhooks_maximum {
            let message = "The account holds the most webhook endpoints it may.";
            return Err(Problem::new(ErrorCode::WebhookLimitReached, message).into());
        }
        let endpoint = Endpoint {
            id: self.id,
            account,
            url: self.url.clone(),
            events: self.events.clone(),
            mode: self.mode,
            description: self.description.clone(),
            secret: self.secret.clone(),
            enabled: true,
            created_at: unit.now(),
        };
        unit.tx.insert_endpoint(&endpoint)?;
        unit.audit(account, "webhook.created", &self.id)?;
        Ok(Ending::Done(endpoint))
    }
}

/// Removes an endpoint.
#[derive(Debug, Clone)]
pub struct DeleteWebhook {
    /// Which one.
    pub id: EndpointId,
}

impl UseCase for DeleteWebhook {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let account = unit.account()?;
        if !unit.tx.delete_endpoint(account, self.id)? {
            return Err(Problem::not_found("webhook").into());
        }
        unit.audit(account, "webhook.deleted", &self.id)?;
        Ok(Ending::Done(()))
    }
}

/// Turns events into deliveries, one for each endpoint that wants the event; says how many
/// events it took.
#[derive(Debug, Clone)]
pub struct FanOut;

impl UseCase for FanOut {
    type Output = usize;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<usize> {
        let events = unit.tx.take_undispatched(SET)?;
        if events.is_empty() {
            return Ok(Ending::Preview(0));
        }
        let mut accounts: Vec<AccountId> = events.iter().map(|event| event.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let endpoints = unit.tx.endpoints_of(&accounts)?;
        let deliveries = deliveries(unit, &events, &endpoints);
        unit.tx.insert_deliveries(&deliveries)?;
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        unit.tx.mark_dispatched(&ids)?;
        Ok(Ending::Done(events.len()))
    }
}

fn deliveries(
    unit: &mut Unit<'_>,
    events: &[Undispatched],
    endpoints: &[Endpoint],
) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for event in events {
        let wanting = endpoints.iter().filter(|endpoint| {
            endpoint.account == event.account && endpoint.wants(&event.kind, event.book)
        });
        for endpoint in wanting {
            deliveries.push(Delivery {
                id: DeliveryId::new(unit.ids.mint()),
                account: event.account,
                event: event.id,
                endpoint: endpoint.id,
                state: DeliveryState::Pending,
                attempts: 0,
                next_attempt_at: unit.now(),
                lease: 0,
                last_status: 0,
            });
        }
    }
    deliveries
}

/// Leases deliveries that are due.
#[derive(Debug, Clone)]
pub struct LeaseDeliveries;

impl UseCase for LeaseDeliveries {
    type Output = Vec<Delivery>;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Vec<Delivery>> {
        let now = unit.now();
        let leased = unit.tx.lease_deliveries(now, now.after(LEASE), SET)?;
        Ok(Ending::Done(leased))
    }
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    /// The delivery as it was leased.
    pub delivery: Delivery,
    /// The answer's HTTP status; zero where there was none.
    pub status: u16,
    /// Random tenths of a percent, 0 to 1,000, by which the next delay is lengthened.
    pub jitter: u16,
}

impl AttemptResult {
    /// The delivery after this attempt.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Delivery {
        let attempts = self.delivery.attempts.saturating_add(1);
        let succeeded = (200..300).contains(&self.status);
        let (state, next_attempt_at) = match delay_before(attempts, self.jitter) {
            _ if succeeded => (DeliveryState::Delivered, now),
            Some(delay) => (DeliveryState::Pending, now.after(delay)),
            None => (DeliveryState::Failed, now),
        };
        let last_status = i64::from(self.status);
        Delivery { state, attempts, next_attempt_at, last_status, ..self.delivery.clone() }
    }
}

/// Writes the results of a set of attempts.
#[derive(Debug, Clone)]
pub struct RecordAttempts {
    /// At most [`SET`] results.
    pub results: Vec<AttemptResult>,
}

impl UseCase for RecordAttempts {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let now = unit.now();
        let settled: Vec<_> = self.results.iter().map(|result| result.settle(now)).collect();
        unit.tx.save_results(&settled)?;
        Ok(Ending::Done(()))
    }
}
