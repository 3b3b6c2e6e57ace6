use std::{sync::Arc, time::Duration};

use cardium_app::{
    Actor, Database, Edge, Lane,
    chain::{
        ChainError, ChainGateway, ChainHead, Payment, PaymentState, SimulatedPayment, Submission,
        Submitting,
    },
    perform,
    reads::{ReadError, Reads},
    withdrawals::SimulatePayment,
};
use cardium_kernel::{Network, WithdrawalId};
use cardium_topups::Transfer;

/// How long a payment may wait for its simulated block to be written.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tron: a block is solid once 19 of the 27 representatives have built on it.
pub const TRON_CONFIRMATIONS: u32 = 20;
/// Ethereum: what exchanges commonly wait for.
pub const ETHEREUM_CONFIRMATIONS: u32 = 12;
/// BNB Smart Chain: what exchanges commonly wait for.
pub const BSC_CONFIRMATIONS: u32 = 15;

/// The simulated chain in the place of one network. Its blocks are rows, mined by the test
/// helpers.
pub struct SimulatedChain {
    network: Network,
    reads: Arc<dyn Reads>,
    database: Arc<dyn Database>,
    edge: Edge,
}

impl SimulatedChain {
    /// The stand-in for `network`.
    #[must_use]
    pub fn new(
        network: Network,
        reads: Arc<dyn Reads>,
        (database, edge): (Arc<dyn Database>, Edge),
    ) -> Self {
        Self { network, reads, database, edge }
    }

    async fn pay(&self, payment: &Payment) -> Result<Submission, ChainError> {
        let context = self.edge.context(Actor::System, None);
        let simulate = SimulatePayment { payment: payment.clone() };
        let how = (Lane::Background, PATIENCE);
        let txid = perform(&*self.database, how, context, simulate).await;
        txid.map(Submission::Accepted).map_err(|error| ChainError(error.to_string()))
    }
}

impl ChainGateway for SimulatedChain {
    fn network(&self) -> Network {
        self.network
    }

    fn is_simulated(&self) -> bool {
        true
    }

    fn confirmations_required(&self) -> u32 {
        confirmations_required(self.network)
    }

    fn head(&self) -> Result<ChainHead, ChainError> {
        let latest = self.reads.simulated_head(self.network);
        Ok(head_at(latest.map_err(|error| unreadable(&error))?, self.confirmations_required()))
    }

    fn transfers(&self, from: u64, to: u64) -> Result<Vec<Transfer>, ChainError> {
        let transfers = self.reads.simulated_transfers(self.network, (from, to));
        transfers.map_err(|error| unreadable(&error))
    }

    fn submit<'a>(&'a self, payment: &'a Payment) -> Submitting<'a> {
        Box::pin(self.pay(payment))
    }

    fn payment_state(&self, withdrawal: WithdrawalId, _: &str) -> Result<PaymentState, ChainError> {
        let found = self.reads.simulated_payment(withdrawal).map_err(|error| unreadable(&error))?;
        let unknown = || ChainError(format!("{withdrawal} was never paid"));
        Ok(state_at(self.head()?, &found.ok_or_else(unknown)?))
    }
}

/// A payment is judged when its block is final, whether it moved something or not.
const fn state_at(head: ChainHead, payment: &SimulatedPayment) -> PaymentState {
    match (payment.height <= head.finalized, payment.reverted) {
        (false, _) => PaymentState::Pending,
        (true, false) => PaymentState::Final,
        (true, true) => PaymentState::Reverted,
    }
}

/// Confirmations after which a simulated block is final.
#[must_use]
pub const fn confirmations_required(network: Network) -> u32 {
    match network {
        Network::Tron => TRON_CONFIRMATIONS,
        Network::Ethereum => ETHEREUM_CONFIRMATIONS,
        Network::Bsc => BSC_CONFIRMATIONS,
    }
}

/// A block counts as its own first confirmation, so the newest final one lies
/// `required - 1` below the newest.
fn head_at(latest: u64, required: u32) -> ChainHead {
    ChainHead { latest, finalized: latest.saturating_add(1).saturating_sub(u64::from(required)) }
}

fn unreadable(error: &ReadError) -> ChainError {
    ChainError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_final_once_it_has_its_confirmations() {
        for (latest, required, finalized) in
            [(0, 20, 0), (1, 20, 0), (19, 20, 0), (20, 20, 1), (21, 20, 2), (12, 12, 1), (5, 1, 5)]
        {
            let head = head_at(latest, required);
            assert_eq!((head.latest, head.finalized), (latest, finalized));
        }
    }

    #[test]
    fn each_network_has_its_depth() {
        let depths = Network::ALL.map(confirmations_required);
        assert_eq!(depths, [20, 12, 15]);
    }
}
