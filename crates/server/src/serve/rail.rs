//! The simulated card network as the HTTP door takes it.

use std::{future::Future, sync::Arc};

use cardium_app::CommandError;
use cardium_authorizations::Transaction;
use cardium_http::{BoxFuture, NetworkRail, PresentedCvv, SimulatedPurchase};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money};
use cardium_network::{CvvChoice, SimulatedRail};
use tokio::runtime::Handle;

/// Runs the simulated network on threads that may block, because it reads the database.
pub struct Rail {
    simulated: Arc<SimulatedRail>,
    runtime: Handle,
}

impl Rail {
    /// The network, on the runtime of the caller.
    #[must_use]
    pub fn new(simulated: SimulatedRail) -> Self {
        Self { simulated: Arc::new(simulated), runtime: Handle::current() }
    }

    fn run<W, F>(&self, work: W) -> BoxFuture<'_, Result<Transaction, CommandError>>
    where
        W: FnOnce(Arc<SimulatedRail>) -> F + Send + 'static,
        F: Future<Output = Result<Transaction, CommandError>>,
    {
        let (rail, runtime) = (Arc::clone(&self.simulated), self.runtime.clone());
        let done = self.runtime.spawn_blocking(move || runtime.block_on(work(rail)));
        Box::pin(async move {
            done.await.unwrap_or_else(|error| Err(CommandError::Internal(error.to_string())))
        })
    }
}

impl NetworkRail for Rail {
    fn authorize(
        &self,
        card: CardId,
        account: AccountId,
        request: SimulatedPurchase,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        let purchase = purchase(request);
        self.run(move |rail| async move { rail.authorize(account, card, purchase).await })
    }

    fn capture(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.capture(account, authorization, amount).await })
    }

    fn reverse(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.reverse(account, authorization, amount).await })
    }
}

fn purchase(request: SimulatedPurchase) -> cardium_network::SimulatedPurchase {
    cardium_network::SimulatedPurchase {
        amount: request.amount,
        merchant_name: request.merchant_name,
        mcc: request.mcc,
        country: request.country,
        cvv: match request.cvv {
            PresentedCvv::Absent => CvvChoice::None,
            PresentedCvv::Good => CvvChoice::Good,
            PresentedCvv::Bad => CvvChoice::Bad,
            PresentedCvv::Digits(digits) => CvvChoice::Text(digits.into()),
        },
    }
}
