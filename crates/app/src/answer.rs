//! What a door sends back.

/// What a door sends back: made by its pure `render` inside the transaction, so that the
/// idempotency record holds the very bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether an earlier command made it.
    pub replayed: bool,
}

impl Answer {
    /// A fresh answer.
    #[must_use]
    pub const fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, replayed: false }
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}
