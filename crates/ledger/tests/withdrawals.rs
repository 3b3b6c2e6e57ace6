//! What each recipe of a withdrawal books, and where a withdrawal's money ends.

use cardium_kernel::{Book, IdSource, Money, Timestamp};
use cardium_ledger::{
    LedgerAccountId, Line, Posting, PostingError, PostingKind, Source, SystemAccount, recipes,
};
use proptest::prelude::*;

const TREASURY: LedgerAccountId = LedgerAccountId::new(0x101);
const SOURCE: Source = Source { object: "withdrawal", id: 7 };

fn ids() -> IdSource {
    IdSource::new(Timestamp::from_unix_seconds(1), [9; 16])
}

/// A payment the chain took: what the payee gets and our fee.
fn paid(amount: i64, fee: i64) -> [Result<Posting, PostingError>; 2] {
    let (net, fee) = (Money::usd(amount - fee), Money::usd(fee));
    [
        recipes::withdrawal(&mut ids(), Book::Live, SOURCE, TREASURY, net),
        recipes::withdrawal_fee(&mut ids(), Book::Live, SOURCE, TREASURY, fee),
    ]
}

fn returned(amount: i64, fee: i64) -> Result<Posting, PostingError> {
    let (amount, fee) = (Money::usd(amount), Money::usd(fee));
    let parts = recipes::WithdrawalReturn { treasury: TREASURY, amount, fee };
    recipes::withdrawal_return(&mut ids(), Book::Live, SOURCE, &parts)
}

fn settled(net: i64) -> Result<Posting, PostingError> {
    recipes::withdrawal_settlement(&mut ids(), Book::Live, SOURCE, Money::usd(net))
}

/// What postings leave on treasury, in flight, fees and custody.
fn balances(postings: &[Posting]) -> [i64; 4] {
    let lines = || postings.iter().flat_map(Posting::lines);
    let system = |wanted: SystemAccount| -> i64 {
        let of = |line: &Line| match line {
            Line::System(account, amount) if *account == wanted => amount.minor(),
            _ => 0,
        };
        lines().map(of).sum()
    };
    let treasury = lines().map(|line| match line {
        Line::Customer(_, amount) => amount.minor(),
        Line::System(..) => 0,
    });
    [
        treasury.sum(),
        system(SystemAccount::WithdrawalsInFlight),
        system(SystemAccount::WithdrawalFees),
        system(SystemAccount::ChainCustody),
    ]
}

#[test]
fn a_payment_is_in_flight_until_it_is_final() {
    let [payment, fee] = paid(5_000, 100).map(Result::unwrap);
    assert_eq!(payment.kind(), PostingKind::Withdrawal);
    assert_eq!(fee.kind(), PostingKind::WithdrawalFee);
    let mut booked = vec![payment, fee];
    assert_eq!(balances(&booked), [-5_000, 4_900, 100, 0]);
    booked.push(settled(4_900).unwrap());
    assert_eq!(balances(&booked), [-5_000, 0, 100, 4_900]);
}

#[test]
fn nothing_is_no_posting() {
    let [payment, fee] = paid(0, 0);
    for empty in [payment, fee, returned(0, 0), settled(0)] {
        assert_eq!(empty, Err(PostingError::TooFewLines));
    }
}

proptest! {
    #[test]
    fn what_was_not_paid_comes_back_whole(net in 1_i64..1_000_000, fee in 1_i64..1_000_000) {
        let mut booked: Vec<_> = paid(net + fee, fee).into_iter().map(Result::unwrap).collect();
        booked.push(returned(net + fee, fee).unwrap());
        prop_assert_eq!(balances(&booked), [0; 4]);
    }
}
