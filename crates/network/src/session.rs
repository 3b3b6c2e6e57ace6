use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the peer of one connection has signed on. Shared by the connection's requests, of
/// which many are in flight at a time.
#[derive(Debug)]
pub struct Session {
    signed_on: AtomicBool,
}

impl Session {
    /// A session whose peer has to sign on first.
    #[must_use]
    pub const fn signed_off() -> Self {
        Self { signed_on: AtomicBool::new(false) }
    }

    /// A session whose peer is trusted to be on from the start.
    #[must_use]
    pub const fn signed_on() -> Self {
        Self { signed_on: AtomicBool::new(true) }
    }

    /// Whether financial traffic is taken.
    #[must_use]
    pub fn is_signed_on(&self) -> bool {
        self.signed_on.load(Ordering::Acquire)
    }

    pub(crate) fn sign_on(&self) {
        self.signed_on.store(true, Ordering::Release);
    }

    pub(crate) fn sign_off(&self) {
        self.signed_on.store(false, Ordering::Release);
    }
}
