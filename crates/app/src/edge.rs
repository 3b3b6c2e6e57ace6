//! What every door needs to make contexts.

use std::sync::Arc;

use cardium_kernel::{Clock, IdSource};

use crate::{Actor, Context, Policy, RequestInfo};

/// Where the edge gets its random bytes; commands get the bytes, never the generator.
pub trait Entropy: Send + Sync {
    /// Fills the buffer from the system's generator.
    fn fill(&self, buffer: &mut [u8]);
}

/// What every door holds to make contexts: the clock, the random generator and the policy.
#[derive(Clone)]
pub struct Edge {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random generator.
    pub entropy: Arc<dyn Entropy>,
    /// Fees and caps.
    pub policy: Arc<Policy>,
}

impl Edge {
    /// The context of a command submitted now.
    #[must_use]
    pub fn context(&self, actor: Actor, request: Option<RequestInfo>) -> Context {
        let now = self.clock.now();
        let ids = IdSource::new(now, self.random());
        Context { now, ids, actor, request, policy: Arc::clone(&self.policy) }
    }

    /// A fresh id, for what must be known before the command runs.
    #[must_use]
    pub fn mint(&self) -> u128 {
        IdSource::new(self.clock.now(), self.random()).mint()
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}
