//! Random bytes from the operating system.

use cardium_app::Entropy;

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness no id, token or key is safe: the one request ends, nothing is weak.
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}
