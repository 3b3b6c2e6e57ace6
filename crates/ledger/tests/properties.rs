//! Random sequences of recipes and holds against the ledger's invariants.

use std::collections::HashMap;

use cardium_kernel::{AccountId, Book, CardId, IdSource, Money, StoreError, Timestamp};
use cardium_ledger::{
    AccountRecord, Entry, Hold, HoldId, LedgerAccount, LedgerAccountId, LedgerError, LedgerStore,
    Line, Posting, Role, Source, SystemAccount, book_posting, change_hold, open_or_default,
    recipes, release_hold,
};
use proptest::prelude::*;

/// A ledger in memory that keeps everything it is told.
#[derive(Default)]
struct Books {
    accounts: HashMap<LedgerAccountId, LedgerAccount>,
    holds: HashMap<HoldId, Hold>,
    postings: Vec<Posting>,
    entries: Vec<Entry>,
}

impl LedgerStore for Books {
    fn find_ledger_account(
        &mut self,
        id: LedgerAccountId,
    ) -> Result<Option<LedgerAccount>, StoreError> {
        Ok(self.accounts.get(&id).cloned())
    }

    fn save_ledger_account(&mut self, account: LedgerAccount) -> Result<(), StoreError> {
        self.accounts.insert(account.id, account);
        Ok(())
    }

    fn find_hold(&mut self, id: HoldId) -> Result<Option<Hold>, StoreError> {
        Ok(self.holds.get(&id).cloned())
    }

    fn save_hold(&mut self, hold: Hold) -> Result<(), StoreError> {
        self.holds.insert(hold.id, hold);
        Ok(())
    }

    fn insert_posting(
        &mut self,
        posting: Posting,
        entries: Vec<Entry>,
        _: Timestamp,
    ) -> Result<(), StoreError> {
        self.postings.push(posting);
        self.entries.extend(entries);
        Ok(())
    }
}

#[derive(Debug, Clone)]
enum Step {
    Topup(i64),
    Load(i64, i64),
    Unload(i64),
    Hold(u128, i64),
    Release(u128),
    /// Amount, fee, and what of it may come out of advances.
    Clear(i64, i64, i64),
    /// Amount and fee.
    Refund(i64, i64),
    TakeRefundBack(i64),
    Advance(i64),
    ReturnAdvance(i64),
    Credit(i64),
    Debit(i64),
    /// Amount and fee.
    Settle(i64, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_i64..1_000).prop_map(Step::Topup),
        (1_i64..1_000, 0_i64..50).prop_map(|(amount, fee)| Step::Load(amount, fee)),
        (1_i64..1_000).prop_map(Step::Unload),
        (0_u128..4, 0_i64..600).prop_map(|(id, amount)| Step::Hold(id, amount)),
        (0_u128..4).prop_map(Step::Release),
        (1_i64..900, 0_i64..2, 0_i64..500).prop_map(|(a, fee, d)| Step::Clear(a, fee, d)),
        (1_i64..300, 0_i64..2).prop_map(|(amount, fee)| Step::Refund(amount, fee)),
        (1_i64..300).prop_map(Step::TakeRefundBack),
        (1_i64..500).prop_map(Step::Advance),
        (1_i64..500).prop_map(Step::ReturnAdvance),
        (1_i64..300).prop_map(Step::Credit),
        (1_i64..300).prop_map(Step::Debit),
        (1_i64..300, 0_i64..2).prop_map(|(amount, fee)| Step::Settle(amount, fee)),
    ];
    prop::collection::vec(step, 1..80)
}

struct Programme {
    books: Books,
    ids: IdSource,
    treasury: LedgerAccountId,
    card: LedgerAccountId,
    receivable: LedgerAccountId,
}

const OWNER: AccountId = AccountId::new(0x100);
const NOW: Timestamp = Timestamp::from_unix_seconds(1);
const SOURCE: Source = Source { object: "test", id: 0 };

impl Programme {
    fn new() -> Self {
        let treasury = LedgerAccountId::treasury(OWNER, Book::Live);
        let card = LedgerAccountId::card(CardId::new(0x200));
        let receivable = LedgerAccountId::card_receivable(CardId::new(0x200));
        let mut books = Books::default();
        let roles = [
            (treasury, Role::Treasury(Book::Live)),
            (card, Role::Card),
            (receivable, Role::CardReceivable),
        ];
        for (id, role) in roles {
            let account = open_or_default(&mut books, id, OWNER, Book::Live, role)
                .expect("the test's own amounts are sound");
            books.save_ledger_account(account).expect("the test's own amounts are sound");
        }
        Self { books, ids: IdSource::new(NOW, [9; 16]), treasury, card, receivable }
    }

    fn owed(&self) -> i64 {
        -self.books.accounts[&self.receivable].posted.minor()
    }

    fn posting(&mut self, step: &Step) -> Posting {
        match *step {
            Step::Topup(_) | Step::Load(..) | Step::Unload(_) => self.funding(step),
            Step::Credit(_) | Step::Debit(_) | Step::Settle(..) => self.dispute(step),
            _ => self.spending(step),
        }
    }

    fn funding(&mut self, step: &Step) -> Posting {
        let owed = self.owed();
        let (ids, book) = (&mut self.ids, Book::Live);
        match *step {
            Step::Topup(amount) => {
                recipes::topup_credit(ids, book, SOURCE, self.treasury, Money::usd(amount))
            }
            Step::Load(amount, fee) => {
                let load = recipes::CardLoad {
                    treasury: self.treasury,
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    fee: Money::usd(fee),
                    settles: Money::usd(owed.min(amount)),
                };
                recipes::card_load(ids, book, SOURCE, &load)
            }
            Step::Unload(amount) => recipes::card_unload(
                ids,
                book,
                SOURCE,
                (self.card, self.treasury),
                Money::usd(amount),
            ),
            _ => unreachable!("not a funding"),
        }
        .expect("the test's own amounts are sound")
    }

    fn dispute(&mut self, step: &Step) -> Posting {
        let owed = self.owed();
        let (ids, book) = (&mut self.ids, Book::Live);
        let card = self.books.accounts[&self.card].available();
        let free = card.expect("the test's own amounts are sound").minor();
        match *step {
            Step::Credit(amount) => {
                let credit = recipes::DisputeCredit {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    settles: Money::usd(owed.min(amount)),
                };
                recipes::dispute_credit(ids, book, SOURCE, &credit)
            }
            Step::Debit(amount) => {
                let debit = recipes::DisputeDebit {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    covered: Money::usd(free.min(amount)),
                };
                recipes::dispute_debit(ids, book, SOURCE, &debit)
            }
            Step::Settle(amount, fee) => {
                let (amount, fee) = (Money::usd(amount), Money::usd(fee.min(amount)));
                let parts = recipes::DisputeSettlement { amount, fee };
                recipes::dispute_settlement(ids, book, SOURCE, &parts)
            }
            _ => unreachable!("not a dispute"),
        }
        .expect("the test's own amounts are sound")
    }

    fn spending(&mut self, step: &Step) -> Posting {
        let owed = self.owed();
        let (ids, book) = (&mut self.ids, Book::Live);
        let card = self.books.accounts[&self.card].available();
        let free = card.expect("the test's own amounts are sound").minor();
        let advanced = advanced(&self.books);
        match *step {
            Step::Clear(amount, fee, most) => {
                let advanced = most.min(amount).min(advanced);
                let clearing = recipes::Clearing {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    fee: Money::usd(fee.min(amount)),
                    covered: Money::usd(free.min(amount - advanced)),
                    advanced: Money::usd(advanced),
                };
                recipes::clearing(ids, book, SOURCE, &clearing)
            }
            Step::Refund(amount, fee) => {
                let refund = recipes::Refund {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    fee: Money::usd(fee.min(amount)),
                    settles: Money::usd(owed.min(amount)),
                };
                recipes::refund(ids, book, SOURCE, &refund)
            }
            Step::TakeRefundBack(amount) => {
                let parts = recipes::RefundReversal {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    covered: Money::usd(free.min(amount)),
                };
                recipes::refund_reversal(ids, book, SOURCE, &parts)
            }
            Step::Advance(amount) => {
                recipes::advance(ids, book, SOURCE, self.receivable, Money::usd(amount))
            }
            Step::ReturnAdvance(most) => {
                let amount = most.min(advanced);
                let parts = recipes::AdvanceReturn {
                    card: self.card,
                    receivable: self.receivable,
                    amount: Money::usd(amount),
                    settles: Money::usd(owed.min(amount)),
                };
                recipes::advance_return(ids, book, SOURCE, &parts)
            }
            _ => unreachable!("not a spending"),
        }
        .expect("the test's own amounts are sound")
    }

    /// Runs a step as the write path would: a refused step leaves no trace.
    fn play(&mut self, step: &Step) -> Result<(), LedgerError> {
        let before = self.books.accounts.clone();
        let done = match *step {
            Step::Hold(id, amount) => {
                let id = HoldId::new(id);
                change_hold(&mut self.books, id, self.card, Money::usd(amount), NOW)
            }
            Step::Release(id) => release_hold(&mut self.books, HoldId::new(id), NOW),
            // Nothing is advanced, so there is nothing to return.
            Step::ReturnAdvance(_) if advanced(&self.books) == 0 => Ok(()),
            _ => {
                let posting = self.posting(step);
                book_posting(&mut self.books, posting, NOW)
            }
        };
        if done.is_err() {
            self.books.accounts = before;
        }
        done
    }
}

/// What the network expects beyond what cards could cover.
fn advanced(books: &Books) -> i64 {
    let lines = books.postings.iter().flat_map(|posting| posting.lines());
    lines
        .map(|line| match line {
            Line::System(SystemAccount::StandIn, amount) => amount.minor(),
            _ => 0,
        })
        .sum()
}

fn check(programme: &Programme) {
    let books = &programme.books;
    for posting in &books.postings {
        let sum: i64 = posting.lines().iter().map(|line| line.amount().minor()).sum();
        assert_eq!(sum, 0, "a posting sums to zero");
    }
    for account in books.accounts.values() {
        let entries: i64 = books
            .entries
            .iter()
            .filter(|entry| entry.account == account.id)
            .map(|entry| entry.amount.minor())
            .sum();
        assert_eq!(entries, account.posted.minor(), "replay equals the cached balance");
        let held: i64 = books
            .holds
            .values()
            .filter(|hold| hold.account == account.id)
            .map(|hold| hold.amount.minor())
            .sum();
        assert_eq!(held, account.held.minor(), "holds add up");
        if account.role != Role::CardReceivable {
            assert!(
                account.available().expect("the test's own amounts are sound").minor() >= 0,
                "no overdraft"
            );
        }
    }
    assert!(advanced(books) >= 0, "nothing is cleared out of advances that were never made");
    assert!(programme.owed() >= 0, "a receivable never turns into a credit");
}

proptest! {
    #[test]
    fn invariants_hold_after_every_step(steps in steps()) {
        let mut programme = Programme::new();
        for step in &steps {
            let _refused = programme.play(step).is_err();
            check(&programme);
        }
    }

    #[test]
    fn unbalanced_lines_never_become_a_posting(
        amounts in prop::collection::vec(-50_i64..50, 0..6),
    ) {
        let lines = amounts.iter().zip(1_u128..).map(|(amount, n)| {
            Line::Customer(LedgerAccountId::new(n), Money::usd(*amount))
        });
        let mut ids = IdSource::new(NOW, [1; 16]);
        let kind = cardium_ledger::PostingKind::Topup;
        let made = Posting::try_new(&mut ids, Book::Live, kind, SOURCE, lines);
        let nonzero = amounts.iter().filter(|amount| **amount != 0).count();
        prop_assert_eq!(made.is_ok(), amounts.iter().sum::<i64>() == 0 && nonzero >= 2);
    }
}

/// The checker itself must be able to fail: a balance that no entry explains is caught.
#[test]
#[should_panic(expected = "replay equals the cached balance")]
fn a_forged_balance_is_caught() {
    let mut programme = Programme::new();
    let account = programme.books.accounts[&programme.treasury].clone();
    let record = AccountRecord { posted: Money::usd(1), ..(*account).clone() };
    programme.books.accounts.insert(record.id, LedgerAccount::restore(record));
    check(&programme);
}
