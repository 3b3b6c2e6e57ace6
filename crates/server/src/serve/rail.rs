//! The simulated card network as the HTTP door takes it.

use std::{future::Future, sync::Arc};

use cardium_app::CommandError;
use cardium_authorizations::{Finality, RequestKind, Transaction};
use cardium_http::{
    BoxFuture, NetworkRail, PresentedCvv, PurchaseKind, SimulatedPosting, SimulatedPurchase,
};
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money};
use cardium_network::{self as network, CvvChoice, SimulatedRail, Way};
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
        id: AuthorizationId,
        amount: Option<Money>,
        finality: Finality,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.capture(account, id, amount, finality).await })
    }

    fn increment(
        &self,
        account: AccountId,
        id: AuthorizationId,
        amount: Money,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.increment(account, id, amount).await })
    }

    fn reverse(
        &self,
        account: AccountId,
        id: AuthorizationId,
        amount: Option<Money>,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.reverse(account, id, amount).await })
    }

    fn expire(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        self.run(move |rail| async move { rail.expire(account, id).await })
    }

    fn refund(
        &self,
        card: CardId,
        account: AccountId,
        request: SimulatedPosting,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        let posting = posting(request);
        self.run(move |rail| async move { rail.refund(account, card, posting).await })
    }

    fn force_post(
        &self,
        card: CardId,
        account: AccountId,
        request: SimulatedPosting,
    ) -> BoxFuture<'_, Result<Transaction, CommandError>> {
        let posting = posting(request);
        self.run(move |rail| async move { rail.force_post(account, card, posting).await })
    }
}

fn purchase(request: SimulatedPurchase) -> network::SimulatedPurchase {
    let (kind, way) = asked(request.kind);
    network::SimulatedPurchase {
        amount: request.amount,
        merchant_name: request.merchant_name,
        merchant_id: request.merchant_id,
        mcc: request.mcc,
        country: request.country,
        currency: request.currency,
        cvv: match request.cvv {
            PresentedCvv::Absent => CvvChoice::None,
            PresentedCvv::Good => CvvChoice::Good,
            PresentedCvv::Bad => CvvChoice::Bad,
            PresentedCvv::Digits(digits) => CvvChoice::Text(digits.into()),
        },
        channel: request.channel,
        partial: request.partial,
        kind,
        way,
    }
}

const fn asked(kind: PurchaseKind) -> (RequestKind, Way) {
    match kind {
        PurchaseKind::Purchase => (RequestKind::Purchase, Way::Request),
        PurchaseKind::Cash => (RequestKind::Cash, Way::Request),
        PurchaseKind::Verification => (RequestKind::Verification, Way::Request),
        PurchaseKind::BalanceInquiry => (RequestKind::BalanceInquiry, Way::Request),
        PurchaseKind::Credit => (RequestKind::Credit, Way::Request),
        PurchaseKind::SingleMessage => (RequestKind::Purchase, Way::SingleMessage),
        PurchaseKind::Advice => (RequestKind::Purchase, Way::Advice),
    }
}

fn posting(request: SimulatedPosting) -> network::SimulatedPosting {
    network::SimulatedPosting {
        amount: request.amount,
        transaction: request.transaction,
        merchant_name: request.merchant_name,
        mcc: request.mcc,
    }
}
