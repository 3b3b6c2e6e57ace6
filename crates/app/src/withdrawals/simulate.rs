use cardium_kernel::{Network, WithdrawalId, sha256};

use crate::{
    CommandResult, Context, Ending, Hints, Unit, UseCase,
    chain::{Payment, SimulatedPayment},
};

/// Puts a payment into the next block of the simulated chain, once however often it is run; gives
/// its transaction id.
#[derive(Debug, Clone)]
pub struct SimulatePayment {
    /// The payment.
    pub payment: Payment,
}

impl UseCase for SimulatePayment {
    type Output = String;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<String> {
        let height = unit.tx.simulated_height(self.payment.network)?.saturating_add(1);
        let txid = transaction_id(self.payment.withdrawal);
        let payment = self.payment.clone();
        let simulated = SimulatedPayment { payment, txid, height, reverted: false };
        unit.tx.insert_simulated_payment(&simulated)?;
        Ok(Ending::Done(simulated.txid))
    }
}

/// The id follows from the withdrawal, so that it is the same whenever it is asked for.
fn transaction_id(withdrawal: WithdrawalId) -> String {
    let digest = sha256(format!("simulated payment {withdrawal}").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lets a payment of the simulated chain move nothing.
#[derive(Debug, Clone)]
pub struct RevertPayment {
    /// The payment; it need not be on the chain yet.
    pub payment: Payment,
}

impl UseCase for RevertPayment {
    type Output = Network;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Network> {
        let simulate = SimulatePayment { payment: self.payment.clone() };
        simulate.run(unit)?;
        unit.tx.revert_simulated_payment(self.payment.withdrawal)?;
        Ok(Ending::Done(self.payment.network))
    }
}
