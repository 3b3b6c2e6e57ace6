//! Whom the operator does not pay.

use std::collections::BTreeSet;

use cardium_kernel::{ErrorCode, Network, Problem};

use crate::CommandError;

/// What screening says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it.
    Clear,
    /// It is not to be paid.
    Blocked,
}

/// Screening gave no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("screening: {0}")]
pub struct ScreeningError(pub String);

/// Who judges addresses. It may ask somebody and block, so it is asked before a command, never
/// within one.
pub trait Screening: Send + Sync {
    /// Judges an address, as its chain writes it.
    ///
    /// # Errors
    /// When there is no verdict; nobody is paid without one.
    fn screen(&self, network: Network, address: &str) -> Result<Verdict, ScreeningError>;
}

impl From<ScreeningError> for CommandError {
    fn from(_: ScreeningError) -> Self {
        let message = "The address cannot be screened now. Try again shortly.";
        Problem::new(ErrorCode::ServiceUnavailable, message).into()
    }
}

/// The operator's own list, the same for all chains.
#[derive(Debug, Clone, Default)]
pub struct BlockList(BTreeSet<String>);

impl BlockList {
    /// A list of these addresses.
    #[must_use]
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self(addresses.into_iter().map(plain).collect())
    }
}

/// The case of an EVM address is a checksum and no part of it; that of others is.
fn plain(address: &str) -> String {
    let address = address.trim();
    if address.starts_with("0x") { address.to_ascii_lowercase() } else { address.to_owned() }
}

impl Screening for BlockList {
    fn screen(&self, _: Network, address: &str) -> Result<Verdict, ScreeningError> {
        let blocked = self.0.contains(&plain(address));
        Ok(if blocked { Verdict::Blocked } else { Verdict::Clear })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_an_evm_address_does_not_matter() {
        let list = BlockList::new([" 0xAbC1 ", "TNXo"]);
        for (address, verdict) in [
            ("0xabc1", Verdict::Blocked),
            ("0xABc1", Verdict::Blocked),
            ("0xabc2", Verdict::Clear),
            ("TNXo", Verdict::Blocked),
            ("tnxo", Verdict::Clear),
        ] {
            assert_eq!(list.screen(Network::Tron, address), Ok(verdict), "{address}");
        }
    }
}
