use cardium_kernel::WithdrawalId;
use cardium_topups::Network;

use super::ReadResult;
use crate::chain::SimulatedPayment;

/// Queries about chains and what is simulated of them.
#[expect(clippy::missing_errors_doc, reason = "every method fails alike: see ReadError")]
pub trait ChainReads {
    /// Up to which height a chain's transfers are credited.
    fn chain_cursor(&self, network: Network) -> ReadResult<u64>;
    /// The height of the newest simulated block.
    fn simulated_head(&self, network: Network) -> ReadResult<u64>;
    /// Simulated transfers in blocks `from..=to`, at most 200, by height.
    fn simulated_transfers(
        &self,
        network: Network,
        range: (u64, u64),
    ) -> ReadResult<Vec<cardium_topups::Transfer>>;
    /// The simulated payment of a withdrawal.
    fn simulated_payment(&self, id: WithdrawalId) -> ReadResult<Option<SimulatedPayment>>;
}
