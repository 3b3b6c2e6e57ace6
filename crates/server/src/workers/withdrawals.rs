use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use cardium_app::{
    CommandError, chain::Payouts, network::When, screening::Screening, withdrawals::Payer,
};
use cardium_kernel::WithdrawalId;
use cardium_withdrawals::Withdrawal;
use tokio::{runtime::Handle, task::JoinSet};

use super::{Backend, Found, Round, internal};

/// The most withdrawals of one round, each on a thread of its own: chains and screening block.
const SLICE: i64 = 32;

/// What pays withdrawals, for as many threads as it takes.
#[derive(Clone)]
pub struct Cashier {
    backend: Backend,
    payouts: Payouts,
    screening: Arc<dyn Screening>,
}

/// What a withdrawal is put through; says what it is then, if anything happened.
type Step = for<'a> fn(&'a Payer<'a>, &'a Withdrawal) -> Stepping<'a>;
type Stepping<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Withdrawal>, CommandError>> + Send + 'a>>;

impl Cashier {
    /// One that pays over these chains.
    #[must_use]
    pub fn new(backend: Backend, payouts: Payouts, screening: Arc<dyn Screening>) -> Self {
        Self { backend, payouts, screening }
    }

    /// Puts withdrawals through a step together, so that they share transactions. Each failure is
    /// logged; only where nothing else happened is it the round's, which then pauses longer.
    async fn serve(&self, queue: Vec<Withdrawal>, step: Step) -> Result<Found, CommandError> {
        let mut running = JoinSet::new();
        for withdrawal in queue {
            let (cashier, runtime) = (self.clone(), Handle::current());
            running.spawn_blocking(move || {
                let taken = runtime.block_on(cashier.take(&withdrawal, step));
                taken.map(|changed| changed.is_some()).inspect_err(|error| {
                    tracing::warn!(withdrawal.id = %withdrawal.id, %error, "a withdrawal waits");
                })
            });
        }
        let mut ended = Vec::new();
        while let Some(end) = running.join_next().await {
            ended.push(end.unwrap_or_else(|error| Err(internal(&error))));
        }
        outcome(ended)
    }

    async fn take(
        &self,
        withdrawal: &Withdrawal,
        step: Step,
    ) -> Result<Option<Withdrawal>, CommandError> {
        let payer = Payer {
            database: &*self.backend.database,
            edge: &self.backend.edge,
            payouts: &self.payouts,
            screening: &*self.screening,
        };
        step(&payer, withdrawal).await
    }
}

/// What a round comes to whose withdrawals changed, or did not, or failed.
fn outcome(ended: Vec<Result<bool, CommandError>>) -> Result<Found, CommandError> {
    let (mut found, mut served, mut failure) = (false, ended.is_empty(), None);
    for end in ended {
        match end {
            Ok(changed) => (found, served) = (found | changed, true),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if !served => Err(error),
        _ => Ok(Found::work_if(found)),
    }
}

/// Hands withdrawals that are due to their chains. Any number of processes may do so: a withdrawal
/// is leased to whoever takes it up.
pub struct SendWithdrawals(Cashier);

impl SendWithdrawals {
    /// The worker.
    #[must_use]
    pub const fn new(cashier: Cashier) -> Self {
        Self(cashier)
    }
}

impl Round for SendWithdrawals {
    const NAME: &'static str = "withdrawal sender";
    /// Payments take minutes to be final; a second more is not noticed.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let backend = &self.0.backend;
        let now = backend.edge.clock.now();
        let due = backend.read(move |reads| reads.due_withdrawals(now, SLICE)).await?;
        self.0.serve(due, |payer, due| Box::pin(payer.send(due, When::Due))).await
    }
}

/// Asks chains what became of the payments that they have, round and round.
pub struct SettleWithdrawals {
    cashier: Cashier,
    /// The last one asked about.
    after: Option<WithdrawalId>,
}

impl SettleWithdrawals {
    /// The worker.
    #[must_use]
    pub const fn new(cashier: Cashier) -> Self {
        Self { cashier, after: None }
    }
}

impl Round for SettleWithdrawals {
    const NAME: &'static str = "withdrawal settlement";
    /// Well below the block time of the fastest chain, 3 s.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Found, CommandError> {
        let (backend, after) = (&self.cashier.backend, self.after);
        let read = backend.read(move |reads| reads.broadcasted_withdrawals(after, SLICE));
        let open = read.await?;
        let most = usize::try_from(SLICE).unwrap_or(usize::MAX);
        // A slice that is not full was the last: begin again.
        let whole = open.len() == most;
        self.after = open.last().map(|last| last.id).filter(|_| whole);
        self.cashier.serve(open, |payer, open| Box::pin(payer.settle(open))).await?;
        Ok(Found::work_if(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Result<bool, CommandError> {
        Err(CommandError::Internal("planted".to_owned()))
    }

    #[test]
    fn one_that_fails_slows_nobody_down() {
        for (ended, expected) in [
            (Vec::new(), Found::Nothing),
            (vec![Ok(false), Ok(false)], Found::Nothing),
            (vec![failed(), Ok(true)], Found::Work),
            (vec![Ok(false), failed()], Found::Nothing),
        ] {
            assert_eq!(outcome(ended).expect("one did not fail"), expected);
        }
        assert!(outcome(vec![failed(), failed()]).is_err());
    }
}
