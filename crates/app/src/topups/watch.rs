use std::time::Duration;

use cardium_topups::{Network, Topup, Transfer};

use crate::{
    Actor, CommandError, CommandResult, Context, Database, Ending, Hints, Lane, Unit, UseCase,
    chain::{ChainError, ChainGateway, ChainHead},
    edge::Edge,
    perform,
    reads::Reads,
    topups::{CreditDeposit, ObserveDeposit, RevertDeposit},
};

/// How long the watcher waits for one of its commands.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most transfers a gateway reports at once.
pub const TRANSFERS_PER_READ: usize = 200;

/// What the watcher works with.
pub struct Watcher<'a> {
    /// The write path.
    pub database: &'a dyn Database,
    /// Queries.
    pub reads: &'a dyn Reads,
    /// Time, ids and policy.
    pub edge: &'a Edge,
    /// The chain.
    pub gateway: &'a dyn ChainGateway,
}

/// Moves the height up to which every transfer is credited; never back.
#[derive(Debug, Clone)]
struct MoveCursor {
    network: Network,
    height: u64,
}

impl UseCase for MoveCursor {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if unit.tx.chain_cursor(self.network)? < self.height {
            unit.tx.save_chain_cursor(self.network, self.height)?;
        }
        Ok(Ending::Done(()))
    }
}

impl Watcher<'_> {
    /// Reads the chain from the last credited block to its head: notes new transfers, credits
    /// final ones, and takes back those that the chain undid. Running it again, or in two processes
    /// at once, credits nothing twice.
    ///
    /// # Errors
    /// When the chain or the database cannot be reached; the next scan starts where this one
    /// did.
    pub async fn scan(&self) -> Result<(), CommandError> {
        let head = self.gateway.head()?;
        let network = self.gateway.network();
        let mut from = self.reads.chain_cursor(network)?.saturating_add(1);
        while from <= head.latest {
            let transfers = self.gateway.transfers(from, head.latest)?;
            for transfer in &transfers {
                self.take(transfer, head).await?;
            }
            let last = transfers.last().map_or(head.latest, |transfer| transfer.height);
            let whole = transfers.len() < TRANSFERS_PER_READ;
            let done = if whole { head.latest } else { last.saturating_sub(1) };
            self.move_cursor(network, done.min(head.finalized)).await?;
            if whole {
                break;
            }
            from = last;
        }
        Ok(())
    }

    async fn take(&self, transfer: &Transfer, head: ChainHead) -> Result<(), CommandError> {
        let Some(topup) = self.reads.find_topup_by_address(&transfer.address)? else {
            return Ok(());
        };
        self.observe(&topup, transfer, head).await?;
        if transfer.height > head.finalized {
            return Ok(());
        }
        let deposit = transfer.reference.deposit_id();
        let (topup, account) = (topup.id, topup.account);
        let _whether_new = if transfer.reverted {
            self.run(RevertDeposit { deposit, topup, account }).await?
        } else {
            self.run(CreditDeposit { deposit, topup, account }).await?
        };
        Ok(())
    }

    async fn observe(
        &self,
        topup: &Topup,
        transfer: &Transfer,
        head: ChainHead,
    ) -> Result<bool, CommandError> {
        let depth = head.latest.saturating_sub(transfer.height).saturating_add(1);
        let observe = ObserveDeposit {
            topup: topup.id,
            transfer: transfer.clone(),
            confirmations: i64::try_from(depth).unwrap_or(i64::MAX),
        };
        self.run(observe).await
    }

    async fn move_cursor(&self, network: Network, height: u64) -> Result<(), CommandError> {
        if height <= self.reads.chain_cursor(network)? {
            return Ok(());
        }
        self.run(MoveCursor { network, height }).await
    }

    async fn run<U: UseCase>(&self, use_case: U) -> Result<U::Output, CommandError> {
        let context = self.edge.context(Actor::System, None);
        perform(self.database, (Lane::Background, PATIENCE), context, use_case).await
    }
}

impl From<ChainError> for CommandError {
    fn from(error: ChainError) -> Self {
        Self::Internal(error.to_string())
    }
}
