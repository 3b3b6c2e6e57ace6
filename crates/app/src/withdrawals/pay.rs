use std::time::Duration;

use cardium_kernel::MoneyError;
use cardium_withdrawals::{Failure, FailureCode, Withdrawal, WithdrawalStatus};

use super::{
    BroadcastWithdrawal, ConfirmWithdrawal, FailWithdrawal, PostponeWithdrawal, TakeUpWithdrawal,
};
use crate::{
    Actor, CommandError, Database, Edge, Lane, UseCase,
    chain::{ChainGateway, Payment, PaymentState, Payouts, Submission},
    network::When,
    perform,
    screening::{Screening, Verdict},
};

/// How long the payer waits for one of its commands.
const PATIENCE: Duration = Duration::from_secs(10);

/// What pays withdrawals. Any number of processes may do so at once, and each step may be run
/// again after it was cut short anywhere: nothing is paid twice.
pub struct Payer<'a> {
    /// The write path.
    pub database: &'a dyn Database,
    /// Time, ids and policy.
    pub edge: &'a Edge,
    /// The chains.
    pub payouts: &'a Payouts,
    /// Who judges addresses.
    pub screening: &'a dyn Screening,
}

impl Payer<'_> {
    /// Hands a withdrawal to its chain, if it is due; gives it as it is then, or nothing where
    /// somebody else has taken it up.
    ///
    /// # Errors
    /// When the chain or the database cannot be reached. What became of the payment may be unknown
    /// then, and the next call finds out.
    pub async fn send(
        &self,
        withdrawal: &Withdrawal,
        when: When,
    ) -> Result<Option<Withdrawal>, CommandError> {
        // Screened again: it may have waited for days. Once its chain may have it, it is too late.
        if !withdrawal.handed_over && self.screen(withdrawal).await? == Verdict::Blocked {
            let message = "The address may not be paid any more.";
            return self.fail(withdrawal, FailureCode::Blocked, message.to_owned()).await.map(Some);
        }
        let taken = self.run(TakeUpWithdrawal { key: withdrawal.into(), when }).await?;
        let Some(withdrawal) = taken else { return Ok(None) };
        let payment = payment_of(&withdrawal)?;
        match self.gateway(&withdrawal)?.submit(&payment).await? {
            Submission::Accepted(txid) => {
                let key = (&withdrawal).into();
                self.run(BroadcastWithdrawal { key, txid }).await.map(Some)
            }
            Submission::Rejected(reason) => {
                self.fail(&withdrawal, FailureCode::Rejected, reason).await.map(Some)
            }
        }
    }

    /// Asks the chain about a withdrawal that it has; gives it as it is then, or nothing while the
    /// chain has not spoken its last word.
    ///
    /// # Errors
    /// When the chain or the database cannot be reached.
    pub async fn settle(
        &self,
        withdrawal: &Withdrawal,
    ) -> Result<Option<Withdrawal>, CommandError> {
        let (WithdrawalStatus::Broadcasted, Some(txid)) = (withdrawal.status, &withdrawal.txid)
        else {
            return Ok(None);
        };
        match self.gateway(withdrawal)?.payment_state(withdrawal.id, txid)? {
            PaymentState::Pending => Ok(None),
            PaymentState::Final => {
                let key = withdrawal.into();
                self.run(ConfirmWithdrawal { key }).await.map(Some)
            }
            PaymentState::Reverted => {
                let message = "The chain undid the payment; the money is back.";
                self.fail(withdrawal, FailureCode::Reverted, message.to_owned()).await.map(Some)
            }
        }
    }

    /// Asks about the payee. While there is no verdict the withdrawal waits, and lets others pass.
    async fn screen(&self, withdrawal: &Withdrawal) -> Result<Verdict, CommandError> {
        match self.screening.screen(withdrawal.network, &withdrawal.address) {
            Ok(verdict) => Ok(verdict),
            Err(error) => {
                self.run(PostponeWithdrawal { id: withdrawal.id }).await?;
                Err(error.into())
            }
        }
    }

    async fn fail(
        &self,
        withdrawal: &Withdrawal,
        code: FailureCode,
        message: String,
    ) -> Result<Withdrawal, CommandError> {
        let failure = Failure { code, message };
        self.run(FailWithdrawal { key: withdrawal.into(), failure }).await
    }

    fn gateway(&self, withdrawal: &Withdrawal) -> Result<&dyn ChainGateway, CommandError> {
        let found = self.payouts.find(withdrawal.book, withdrawal.network);
        let missing = || CommandError::Internal(format!("no chain pays {}", withdrawal.id));
        found.map(AsRef::as_ref).ok_or_else(missing)
    }

    async fn run<U: UseCase>(&self, use_case: U) -> Result<U::Output, CommandError> {
        let context = self.edge.context(Actor::System, None);
        perform(self.database, (Lane::Background, PATIENCE), context, use_case).await
    }
}

/// What a chain is to pay for a withdrawal.
///
/// # Errors
/// When the amounts do not fit, which a stored withdrawal has ruled out.
pub fn payment_of(withdrawal: &Withdrawal) -> Result<Payment, MoneyError> {
    Ok(Payment {
        withdrawal: withdrawal.id,
        network: withdrawal.network,
        asset: withdrawal.asset,
        units: withdrawal.network.units_of(withdrawal.asset, withdrawal.net()?),
        address: withdrawal.address.clone(),
        memo: withdrawal.memo.clone(),
    })
}
