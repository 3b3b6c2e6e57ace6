//! What an operator can set of the HTTP doors.

use std::time::Duration;

use cardium_api_v1::webhook_url::Reach;
use cardium_auth::oauth::ClientRules;
use ipnet::IpNet;
use url::Url;

use crate::RateSettings;

/// What a password hash costs (Argon2id, RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl PasswordCost {
    /// OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1_024, passes: 2, lanes: 1 };

    /// The cheapest that the algorithm allows, for tests only.
    pub const TESTS_ONLY: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// The settings of the HTTP doors.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How far webhooks may reach; anything but public HTTPS is for development.
    pub webhook_reach: Reach,
    /// Whether the test helpers are served; they need simulated rails.
    pub test_helpers: bool,
    /// How long a command may wait in the write queue before it is dropped unrun.
    pub command_patience: Duration,
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
    /// The largest file of a form, in bytes.
    pub upload_limit: usize,
    /// How long a form with a file may take to arrive.
    pub upload_patience: Duration,
    /// How long such a form may pause, or lag behind 16 KiB in ten seconds.
    pub upload_pause: Duration,
    /// How long the head of a request may take to arrive.
    pub head_patience: Duration,
    /// All header bytes of a request together, the request line included.
    pub headers_limit: usize,
    /// The longest header value, in bytes.
    pub header_limit: usize,
    /// What a new password hash costs.
    pub password_cost: PasswordCost,
    /// Passwords hashed at once; each holds the memory of [`PasswordCost`].
    pub password_concurrency: usize,
    /// Requests that may wait for a password to be hashed; further ones get 503.
    pub password_waiting: usize,
    /// Credentials remembered for up to a second, so that reads need not look them up again.
    pub credential_cache: usize,
    /// How often anybody may ask; none for no bounds.
    pub rate_limits: Option<RateSettings>,
    /// Whose word on a request's address and transport is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether requests that did not come over TLS are refused.
    pub https_only: bool,
    /// What OAuth clients are held to.
    pub clients: ClientRules,
    /// The URL that clients reach this service at, and so who issues access tokens; without one it
    /// is taken from requests that name this very machine.
    pub public_url: Option<Url>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            webhook_reach: Reach::PublicHttps,
            test_helpers: false,
            command_patience: Duration::from_secs(5),
            body_limit: 25 * 1_024 * 1_024,
            body_patience: Duration::from_secs(60),
            upload_limit: 100 * 1_024 * 1_024,
            upload_patience: Duration::from_secs(10 * 60),
            upload_pause: Duration::from_secs(30),
            head_patience: Duration::from_secs(30),
            headers_limit: 8 * 1_024,
            header_limit: 4 * 1_024,
            password_cost: PasswordCost::STANDARD,
            password_concurrency: 2,
            password_waiting: 32,
            credential_cache: 4_096,
            rate_limits: None,
            trusted_proxies: Vec::new(),
            https_only: false,
            clients: ClientRules::default(),
            public_url: None,
        }
    }
}
