//! Whatever is lost on the way to a chain, it pays a withdrawal once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cardium_app::{
    CommandError, Policy, WithdrawalFees,
    chain::{
        ChainError, ChainGateway, ChainHead, Payment, PaymentState, Payouts, Submission, Submitting,
    },
    network::When,
    screening::{BlockList, Screening, ScreeningError, Verdict},
    withdrawals::{Payer, Withdraw},
};
use cardium_kernel::{Asset, Book, Clock, ErrorCode, Metadata, Money, Network, WithdrawalId};
use cardium_testkit::{Backend, Tenant, World, policy};
use cardium_withdrawals::Withdrawal;

use crate::on_both;

on_both! {
    a_lost_answer_is_asked_for_again;
    many_processes_pay_once;
    what_the_chain_rejects_comes_back;
    an_address_that_is_blocked_meanwhile_is_not_paid;
    trust_in_a_book_is_none_in_the_other;
    without_a_verdict_a_withdrawal_waits_and_lets_others_pass;
    a_repeat_needs_no_verdict;
}

const ADDRESS: &str = "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G";

/// A chain that keeps its word, but not always its line.
#[derive(Default)]
struct Chain {
    paid: Mutex<HashMap<WithdrawalId, u128>>,
    /// How many answers are still lost on their way back.
    lost: AtomicUsize,
    rejects: bool,
}

impl Chain {
    fn payments(&self) -> HashMap<WithdrawalId, u128> {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn pay(&self, payment: &Payment) -> Result<Submission, ChainError> {
        if self.rejects {
            return Ok(Submission::Rejected("The chain does not take this.".to_owned()));
        }
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        let before = paid.insert(payment.withdrawal, payment.units);
        assert!(before.is_none_or(|units| units == payment.units), "the same payment again");
        let lost = self.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match lost {
            Ok(_) => Err(ChainError("the line broke".to_owned())),
            Err(_) => Ok(Submission::Accepted(format!("tx of {}", payment.withdrawal))),
        }
    }
}

impl ChainGateway for Chain {
    fn network(&self) -> Network {
        Network::Tron
    }

    fn confirmations_required(&self) -> u32 {
        1
    }

    fn head(&self) -> Result<ChainHead, ChainError> {
        Ok(ChainHead { latest: 1, finalized: 1 })
    }

    fn transfers(&self, _: u64, _: u64) -> Result<Vec<cardium_topups::Transfer>, ChainError> {
        Ok(Vec::new())
    }

    fn submit<'a>(&'a self, payment: &'a Payment) -> Submitting<'a> {
        Box::pin(std::future::ready(self.pay(payment)))
    }

    fn payment_state(&self, _: WithdrawalId, _: &str) -> Result<PaymentState, ChainError> {
        Ok(PaymentState::Final)
    }
}

/// A world with a funded tenant and a chain that pays its withdrawals.
struct Till {
    world: World,
    tenant: Tenant,
    chain: Arc<Chain>,
    payouts: Payouts,
    screening: BlockList,
}

impl Till {
    fn new(backend: Backend, chain: Chain) -> Self {
        let mut world = World::new(backend);
        let withdrawal_fees = WithdrawalFees { tron: Money::usd(100), ..WithdrawalFees::NONE };
        world.edge.policy = Arc::new(Policy { withdrawal_fees, ..policy() });
        let tenant = world.tenant();
        world.fund(tenant, Book::Live, 50_000);
        let chain = Arc::new(chain);
        let payouts = Payouts { live: vec![Arc::clone(&chain) as _], sandbox: Vec::new() };
        Self { world, tenant, chain, payouts, screening: BlockList::default() }
    }

    fn withdraw(&self) -> Withdrawal {
        let made = self.world.run(self.tenant.actor(), self.wish(None));
        made.expect("the treasury covers it")
    }

    fn wish(&self, book: Option<Book>) -> Withdraw {
        Withdraw {
            id: WithdrawalId::new(self.world.mint()),
            book,
            asset: Asset::Usdt,
            network: Network::Tron,
            address: ADDRESS.to_owned(),
            memo: None,
            amount: Money::usd(5_000),
            expected_fee: None,
            screened: Ok(Verdict::Clear),
            metadata: Metadata::default(),
        }
    }

    fn payer(&self) -> Payer<'_> {
        Payer {
            database: &*self.world.database,
            edge: &self.world.edge,
            payouts: &self.payouts,
            screening: &self.screening,
        }
    }

    fn send(&self, withdrawal: &Withdrawal) -> Result<Option<Withdrawal>, CommandError> {
        self.world.runtime.block_on(self.payer().send(withdrawal, When::Due))
    }

    fn settle(&self, withdrawal: &Withdrawal) -> Option<Withdrawal> {
        let settled = self.world.runtime.block_on(self.payer().settle(withdrawal));
        settled.expect("the chain answers")
    }

    fn status(&self, withdrawal: &Withdrawal) -> &'static str {
        let found = self.world.reads.find_withdrawal(self.tenant.account, withdrawal.id);
        found.expect("the database reads").expect("it was made").status.as_str()
    }

    /// What the live treasury has available and what is held of it, in cents.
    fn treasury(&self) -> (i64, i64) {
        let balances = self.world.reads.balances(self.tenant.account);
        let [live, _] = balances.expect("the database reads");
        (live.available.minor(), live.held.minor())
    }

    fn check(&self) {
        let report = self.world.verify();
        assert!(report.is_clean(), "{:?}", report.findings);
    }
}

fn a_lost_answer_is_asked_for_again(backend: Backend) {
    let till = Till::new(backend, Chain { lost: AtomicUsize::new(2), ..Chain::default() });
    let made = till.withdraw();
    assert_eq!(till.treasury(), (45_000, 5_000));
    for _ in 0..2 {
        till.send(&made).expect_err("the answer is lost");
        assert_eq!((till.status(&made), till.treasury()), ("created", (45_000, 5_000)));
        till.check();
        // Nobody else takes it up before the lease is over.
        assert_eq!(till.send(&made), Ok(None));
        till.world.clock.advance(Withdrawal::LEASE);
    }
    let sent = till.send(&made).expect("the third answer arrives").expect("the lease was over");
    assert_eq!((till.status(&made), till.treasury()), ("broadcasted", (45_000, 0)));
    assert_eq!(till.chain.payments(), [(made.id, 49_000_000)].into());
    till.check();
    // Both steps once more, as by a process that was cut short in between.
    assert_eq!(till.send(&made), Ok(None));
    assert!(till.settle(&sent).is_some() && till.settle(&sent).is_some());
    assert_eq!((till.status(&made), till.treasury()), ("confirmed", (45_000, 0)));
    assert_eq!(till.chain.payments().len(), 1);
    till.check();
}

fn many_processes_pay_once(backend: Backend) {
    let till = Till::new(backend, Chain::default());
    let made = till.withdraw();
    let sent: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| till.send(&made))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let taken = sent.into_iter().filter(|sent| matches!(sent, Ok(Some(_)))).count();
    assert_eq!((taken, till.chain.payments().len()), (1, 1));
    assert_eq!((till.status(&made), till.treasury()), ("broadcasted", (45_000, 0)));
    till.check();
}

fn what_the_chain_rejects_comes_back(backend: Backend) {
    let till = Till::new(backend, Chain { rejects: true, ..Chain::default() });
    let made = till.withdraw();
    let failed = till.send(&made).expect("the chain answers").expect("it was due");
    assert_eq!(failed.failure.as_ref().map(|f| f.code.as_str()), Some("rejected_by_chain"));
    assert_eq!((till.status(&made), till.treasury()), ("failed", (50_000, 0)));
    till.check();
}

fn an_address_that_is_blocked_meanwhile_is_not_paid(backend: Backend) {
    let mut till = Till::new(backend, Chain { lost: AtomicUsize::new(1), ..Chain::default() });
    let (waiting, handed_over) = (till.withdraw(), till.withdraw());
    till.send(&handed_over).expect_err("the answer is lost");
    till.screening = BlockList::new([ADDRESS]);
    till.send(&waiting).expect("screening answers").expect("it was due");
    assert_eq!(till.status(&waiting), "failed");
    // The chain may have the other one: that can only be found out.
    till.world.clock.advance(Withdrawal::LEASE);
    let found = till.world.reads.find_withdrawal(till.tenant.account, handed_over.id);
    let found = found.expect("the database reads").expect("it was made");
    till.send(&found).expect("the answer arrives").expect("the lease was over");
    assert_eq!((till.status(&handed_over), till.treasury()), ("broadcasted", (45_000, 0)));
    assert_eq!(till.chain.payments().len(), 1);
    till.check();
}

fn trust_in_a_book_is_none_in_the_other(backend: Backend) {
    let mut till = Till::new(backend, Chain::default());
    let withdrawal_cooling = Duration::from_secs(3_600);
    till.world.edge.policy = Arc::new(Policy { withdrawal_cooling, ..policy() });
    till.world.fund(till.tenant, Book::Sandbox, 50_000);
    let ask = |book| till.world.run(till.tenant.actor(), till.wish(Some(book)));
    let played = ask(Book::Sandbox).expect("the treasury covers it");
    assert_eq!(played.releases_at, played.created_at.after(withdrawal_cooling));
    till.world.clock.advance(withdrawal_cooling);
    // Sandbox money has proved nothing: live money waits for its own hour.
    let live = ask(Book::Live).expect("the treasury covers it");
    assert_eq!(live.releases_at, live.created_at.after(withdrawal_cooling));
    let again = ask(Book::Sandbox).expect("the treasury covers it");
    assert_eq!(again.releases_at, again.created_at);
    till.check();
}

/// Screening that cannot be reached.
struct Silent;

impl Screening for Silent {
    fn screen(&self, _: Network, _: &str) -> Result<Verdict, ScreeningError> {
        Err(ScreeningError("the line broke".to_owned()))
    }
}

fn without_a_verdict_a_withdrawal_waits_and_lets_others_pass(backend: Backend) {
    let till = Till::new(backend, Chain { lost: AtomicUsize::new(1), ..Chain::default() });
    let (waiting, handed_over) = (till.withdraw(), till.withdraw());
    till.send(&handed_over).expect_err("the answer is lost");
    let due = || -> Vec<WithdrawalId> {
        let due = till.world.reads.due_withdrawals(till.world.clock.now(), 10);
        due.expect("the database reads").iter().map(|due| due.id).collect()
    };
    assert_eq!(due(), [waiting.id]);
    let payer = Payer { screening: &Silent, ..till.payer() };
    let send = |made| till.world.runtime.block_on(payer.send(made, When::Due));
    send(&waiting).expect_err("there is no verdict");
    assert_eq!((due(), till.chain.payments().len()), (Vec::new(), 1));
    till.world.clock.advance(Withdrawal::LEASE);
    assert_eq!(due().len(), 2);
    // The chain may have the other one already: no verdict would change that.
    let found = till.world.reads.find_withdrawal(till.tenant.account, handed_over.id);
    let found = found.expect("the database reads").expect("it was made");
    send(&found).expect("the answer arrives").expect("the lease was over");
    till.send(&waiting).expect("screening answers").expect("it was due again");
    assert_eq!((till.status(&waiting), till.status(&handed_over)), ("broadcasted", "broadcasted"));
    till.check();
}

fn a_repeat_needs_no_verdict(backend: Backend) {
    let till = Till::new(backend, Chain::default());
    let once = |key: u128, withdraw: Withdraw| {
        let submitted = till.world.submit_once(till.tenant.actor(), (key, [7; 32]), withdraw);
        till.world.runtime.block_on(submitted)
    };
    let unknown = || {
        let screened = Err(ScreeningError("the line broke".to_owned()));
        Withdraw { screened, ..till.wish(None) }
    };
    let first = once(1, till.wish(None)).expect("the treasury covers it");
    let again = once(1, unknown()).expect("the record is repeated");
    assert_eq!(first.body, again.body);
    // What is new is not paid without a verdict, and leaves no record of that.
    let refused = once(2, unknown()).expect_err("there is no verdict");
    assert!(matches!(&refused, CommandError::Problem(problem)
        if problem.code == ErrorCode::ServiceUnavailable));
    assert_eq!(till.treasury(), (45_000, 5_000));
    once(2, till.wish(None)).expect("screening answers again");
    assert_eq!(till.treasury(), (40_000, 10_000));
}
