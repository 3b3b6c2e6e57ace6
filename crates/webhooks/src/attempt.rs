use cardium_kernel::Timestamp;

/// Why an attempt got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFailure {
    /// It took too long.
    Timeout,
    /// The name has no address.
    Dns,
    /// The URL or an address of its host is not one that webhooks may be sent to.
    Forbidden,
    /// Nothing takes connections there, or the connection broke.
    Connect,
    /// The receiver's certificate or handshake is not in order.
    Tls,
    /// What came back is not HTTP.
    Protocol,
    /// The signing secret does not open with our keys.
    Secret,
}

impl AttemptFailure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Timeout,
        Self::Dns,
        Self::Forbidden,
        Self::Connect,
        Self::Tls,
        Self::Protocol,
        Self::Secret,
    ];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Forbidden => "forbidden_address",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Secret => "secret",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text)
    }
}

/// How an attempt at a delivery went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's HTTP status, or why there was none.
    pub outcome: Result<u16, AttemptFailure>,
    /// The beginning of the answer's body, at most [`Attempt::EXCERPT`] bytes of printable text.
    pub excerpt: String,
}

impl Attempt {
    /// How many bytes of an answer are kept.
    pub const EXCERPT: usize = 256;

    /// Whether the receiver took it: any 2xx.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.outcome.is_ok_and(|status| (200..300).contains(&status))
    }
}
