//! Doors to test, and a client for them.

use std::{
    future::ready,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use actix_web::{App, body::to_bytes, http::header::HeaderMap, test};
use cardium_api_v1::Renderer;
use cardium_app::{
    Database, Edge, Entropy, Lane, Policy, WithdrawalFees,
    blobs::{BlobError, BlobStore, BlobWriter},
    chain::{AddressSource, Payouts},
    database::{Job, SubmitError},
    screening::BlockList,
};
use cardium_auth::{
    AllowList, Credential, CredentialKind, CredentialRecord, SESSION_LIFETIME, Scope, ScopeSet,
    Token, TokenHash, TokenKind,
};
use cardium_disputes::{Dispute, NewDispute, Reason};
use cardium_http::{
    AppState, BoxFuture, Health, HealthProbe, HttpSettings, NameLookup, PasswordCost, Rails,
    Standing, TestClock, Wiring, configure,
    oauth::{ClientDocuments, DocumentFailure, FetchedDocument},
};
use cardium_kernel::{
    AccountId, AuthorizationId, BlobId, Book, CardId, Clock, CredentialId, DisputeId, Metadata,
    Money, Rate, Timestamp, TopupId, TransactionId,
};
use cardium_topups::{Asset, Network};
use cardium_vault::{Keys, RawKeys, keyed_hash};
use serde_json::Value;

use crate::reads::FakeReads;

/// When everything here happens.
pub const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);

/// Every port at its simplest: the clock stands still, and the write queue is always full.
struct Stub(AtomicU8);

impl Clock for Stub {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Entropy for Stub {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

impl Database for Stub {
    fn submit(&self, _: Lane, _: Duration, job: Box<dyn Job>) {
        job.fail(SubmitError::Overloaded);
    }
}

impl AddressSource for Stub {
    fn issue(&self, _: Network, topup: TopupId) -> String {
        format!("sim_{topup}")
    }

    fn payment_uri(&self, _: Network, _: Asset, address: &str, amount: &str) -> String {
        format!("sim:{address}?amount={amount}")
    }
}

impl HealthProbe for Stub {
    fn ready(&self) -> bool {
        false
    }

    fn report(&self) -> Health {
        Health {
            database: Standing::Down,
            issuer: Standing::Ok,
            chains: vec![(Network::Tron, Standing::Ok)],
            version: "0.0.0".to_owned(),
            rails: Rails::Simulated,
        }
    }
}

/// Names that mean nothing.
#[derive(Debug)]
struct NoNames;

impl NameLookup for NoNames {
    fn look_up(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(ready(Err(io::ErrorKind::NotFound.into())))
    }
}

struct NoDocuments;

impl ClientDocuments for NoDocuments {
    fn fetch(&self, _: String) -> BoxFuture<'_, Result<FetchedDocument, DocumentFailure>> {
        Box::pin(ready(Err(DocumentFailure("There is none."))))
    }

    fn note_unfit(&self, _: &str) {}
}

impl TestClock for Stub {
    fn advance(&self, by: Duration) -> Timestamp {
        NOW.after(by)
    }
}

fn policy() -> Policy {
    Policy {
        load_fee: Rate::from_millionths(20_000),
        conversion_fee: Rate::from_millionths(0),
        topup_minimum: Money::usd(2_000),
        topup_live_from: Money::usd(20_000),
        topup_maximum: Money::usd(10_000_000),
        load_maximum: Money::usd(5_000_000),
        withdrawal_minimum: Money::usd(1_000),
        withdrawal_fees: WithdrawalFees::NONE,
        withdrawal_cooling: Duration::ZERO,
        api_keys_maximum: 100,
        cards_maximum: 1_000,
        webhooks_maximum: 16,
        webhook_patience: Default::default(),
        open_tickets_maximum: 50,
    }
}

fn keys() -> Keys {
    let raw = RawKeys {
        keks: vec![(1, [1; 32])],
        active_kek: 1,
        fingerprint: [2; 32],
        cvk: [3; 16],
        hash: [4; 32],
        audit: [5; 32],
    };
    Keys::try_new(&raw).unwrap()
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Status, code and param of a refusal, once its shape is checked.
    pub fn refusal(&self) -> (u16, &str, Option<&str>) {
        let field = |name: &str| self.body[name].as_str();
        let id = self.header("x-request-id");
        assert!(id.is_some_and(|id| id.starts_with("req_")), "{id:?}");
        assert_eq!(field("request_id"), id);
        assert_eq!(field("object"), Some("error"));
        assert_eq!(field("error"), field("code"));
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert!(field("message").is_some_and(|message| !message.is_empty()));
        (self.status, field("code").unwrap(), field("param"))
    }
}

impl BlobStore for Stub {
    fn begin(&self, _: BlobId) -> Result<Box<dyn BlobWriter + '_>, BlobError> {
        Err(BlobError("planted detail".to_owned()))
    }

    fn piece(&self, _: BlobId, _: u32) -> Result<Option<Vec<u8>>, BlobError> {
        Ok(None)
    }

    fn delete(&self, _: &[BlobId]) -> Result<(), BlobError> {
        Ok(())
    }

    fn list(&self, _: (Option<BlobId>, BlobId), _: usize) -> Result<Vec<BlobId>, BlobError> {
        Ok(Vec::new())
    }
}

/// A dispute of the account that all credentials are of.
pub fn dispute() -> Dispute {
    let new = NewDispute {
        id: DisputeId::new(0x100),
        account: AccountId::new(0x100),
        card: CardId::new(0x300),
        book: Book::Live,
        authorization: AuthorizationId::new(0x400),
        transaction: TransactionId::new(0x500),
        reason: Reason::Duplicate,
        description: "charged twice".into(),
        amount: Money::usd(1),
        fee: Money::usd(0),
        metadata: Metadata::default(),
    };
    Dispute::open(new, NOW)
}

/// The doors under test.
pub struct Doors {
    pub state: Arc<AppState>,
    pub reads: Arc<FakeReads>,
}

impl Doors {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl Fn(&mut Wiring)) -> Self {
        let (stub, reads) = (Arc::new(Stub(AtomicU8::new(0))), Arc::new(FakeReads::default()));
        let mut wiring = Wiring {
            database: stub.clone(),
            reads: reads.clone(),
            blobs: stub.clone(),
            edge: Edge { clock: stub.clone(), entropy: stub.clone(), policy: Arc::new(policy()) },
            keys: Arc::new(keys()),
            addresses: stub.clone(),
            gateways: Vec::new(),
            payouts: Payouts { live: Vec::new(), sandbox: Vec::new() },
            screening: Arc::new(BlockList::default()),
            renderer: Arc::new(Renderer::new(stub.clone(), vec![(Network::Tron, 20)])),
            rail: None,
            test_clock: Some(stub.clone()),
            names: Arc::new(NoNames),
            documents: Arc::new(NoDocuments),
            health: stub,
            settings: HttpSettings {
                test_helpers: true,
                password_cost: PasswordCost::TESTS_ONLY,
                ..HttpSettings::default()
            },
        };
        change(&mut wiring);
        let state = Arc::new(AppState::new(wiring));
        Self { state, reads }
    }

    /// Adds a credential that was last used so long ago; gives its token.
    pub fn credential(&self, kind: TokenKind, scopes: &[Scope], unused: Duration) -> String {
        let seed = u8::try_from(self.reads.credentials.lock().unwrap().len()).unwrap();
        let token = Token::new(kind, &[seed; 32]);
        let hash = keyed_hash(keys().hash(), "token", token.expose().as_bytes());
        let (kind, mode, end) = match kind {
            TokenKind::Session => {
                (CredentialKind::Session, None, Some(NOW.after(SESSION_LIFETIME)))
            }
            TokenKind::ApiKey(mode) => (CredentialKind::ApiKey, mode, None),
        };
        let record = CredentialRecord {
            id: CredentialId::new(u128::from(seed) + 1),
            account: AccountId::new(0x100),
            kind,
            token: TokenHash(hash),
            name: String::new(),
            prefix: String::new(),
            last4: String::new(),
            scopes: scopes.iter().copied().collect::<ScopeSet>(),
            mode,
            generation: 0,
            created_at: NOW.before(unused),
            expires_at: end,
            revoked_at: None,
            allowed: AllowList::default(),
            metadata: Metadata::default(),
            updated_at: NOW.before(unused),
            version: 1,
        };
        let entry = (Credential::restore(record), NOW.before(unused));
        self.reads.credentials.lock().unwrap().insert(hash, entry);
        token.expose().to_owned()
    }

    /// Lets all credentials pass from these addresses only.
    pub fn allow(&self, addresses: &[&str]) {
        for (credential, _) in self.reads.credentials.lock().unwrap().values_mut() {
            let allowed = AllowList::parse(addresses).unwrap();
            *credential =
                Credential::restore(CredentialRecord { allowed, ..(**credential).clone() });
        }
    }

    pub fn session(&self) -> String {
        self.credential(TokenKind::Session, Scope::ALL, Duration::ZERO)
    }

    pub async fn send(&self, request: test::TestRequest) -> Reply {
        let app = App::new().configure(configure(&self.state));
        let app = test::init_service(app).await;
        let response = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.unwrap();
        let body =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Reply { status, headers, body }
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        let request = test::TestRequest::get().uri(path);
        self.send(request.insert_header(("Authorization", format!("Bearer {token}")))).await
    }

    /// As [`Self::post`], with the length that clients declare.
    pub async fn post_declared(&self, path: &str, token: &str, body: &str) -> Reply {
        let request = test::TestRequest::post().uri(path);
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let request = request.insert_header(("Content-Type", "application/json"));
        let request = request.insert_header(("Content-Length", body.len()));
        self.send(request.set_payload(body.to_owned())).await
    }

    pub async fn post(&self, path: &str, token: &str, body: &str) -> Reply {
        let request = test::TestRequest::post().uri(path);
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let request = request.insert_header(("Content-Type", "application/json; charset=utf-8"));
        self.send(request.set_payload(body.to_owned())).await
    }
}
