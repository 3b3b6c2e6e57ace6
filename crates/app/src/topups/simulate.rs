use cardium_topups::{Network, Transfer};

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Puts a transfer into the next block of the simulated chain and mines on top of it.
#[derive(Debug, Clone)]
pub struct SimulateTransfer {
    /// The transfer; its height is set here.
    pub transfer: Transfer,
    /// Blocks to mine, the transfer's own included; at least one.
    pub blocks: u32,
}

impl UseCase for SimulateTransfer {
    type Output = Transfer;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Transfer> {
        let network = self.transfer.reference.network;
        let height = unit.tx.simulated_height(network)?;
        let transfer = Transfer { height: height.saturating_add(1), ..self.transfer.clone() };
        unit.tx.insert_simulated_transfer(&transfer)?;
        let mined = height.saturating_add(u64::from(self.blocks.max(1)));
        unit.tx.save_simulated_height(network, mined)?;
        Ok(Ending::Done(transfer))
    }
}

/// Mines empty blocks on the simulated chain.
#[derive(Debug, Clone)]
pub struct MineBlocks {
    /// The chain.
    pub network: Network,
    /// How many blocks.
    pub blocks: u32,
}

impl UseCase for MineBlocks {
    type Output = u64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<u64> {
        let height = unit.tx.simulated_height(self.network)?;
        let mined = height.saturating_add(u64::from(self.blocks));
        unit.tx.save_simulated_height(self.network, mined)?;
        Ok(Ending::Done(mined))
    }
}
