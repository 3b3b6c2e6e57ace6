use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

fn ask(amount: i64, fee: i64) -> Result<Withdrawal, WithdrawalError> {
    let new = NewWithdrawal {
        id: WithdrawalId::new(0x100),
        account: AccountId::new(0x200),
        book: Book::Live,
        asset: Asset::Usdt,
        network: Network::Tron,
        address: Address::parse(Network::Tron, "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G").unwrap(),
        memo: None,
        amount: Money::usd(amount),
        fee: Money::usd(fee),
        releases_at: NOW,
        metadata: Metadata::default(),
    };
    Withdrawal::request(new, NOW)
}

fn failure(code: FailureCode) -> Failure {
    Failure { code, message: "It was not paid.".to_owned() }
}

fn wrong(status: WithdrawalStatus) -> Result<Change, WithdrawalError> {
    Err(WithdrawalError::WrongState(status))
}

fn created() -> Withdrawal {
    ask(5_000, 100).unwrap()
}

fn broadcasted() -> Withdrawal {
    let mut withdrawal = created();
    assert!(withdrawal.take_up(NOW));
    assert_eq!(withdrawal.broadcast("t1", NOW), Ok(Change::Applied));
    withdrawal
}

#[test]
fn the_fee_comes_out_of_the_amount() {
    assert_eq!(created().net(), Ok(Money::usd(4_900)));
    assert_eq!(ask(101, 100).unwrap().net(), Ok(Money::usd(1)));
    for fee in [101, 102, -1] {
        assert_eq!(ask(101, fee).unwrap_err(), WithdrawalError::NothingLeft(Money::usd(fee)));
    }
}

#[test]
fn what_is_put_off_is_not_handed_over() {
    let mut withdrawal = created();
    assert!(!withdrawal.postpone(NOW.before(Duration::from_secs(1))));
    assert!(withdrawal.postpone(NOW));
    assert!(!withdrawal.handed_over && !withdrawal.take_up(NOW));
    assert!(withdrawal.take_up(NOW.after(Withdrawal::LEASE)));
    assert!(!broadcasted().postpone(NOW.after(Withdrawal::LEASE)));
}

#[test]
fn one_at_a_time_takes_a_payment_up() {
    let mut withdrawal = created();
    assert!(!withdrawal.take_up(NOW.before(Duration::from_secs(1))));
    assert!(withdrawal.take_up(NOW));
    assert!(!withdrawal.take_up(NOW));
    assert!(withdrawal.take_up(NOW.after(Withdrawal::LEASE)));
    assert!(withdrawal.hurry(NOW));
    assert!(!broadcasted().hurry(NOW) && !broadcasted().take_up(NOW.after(Withdrawal::LEASE)));
}

#[test]
fn a_payment_is_final_once() {
    let mut withdrawal = broadcasted();
    assert_eq!(withdrawal.broadcast("t1", NOW), Ok(Change::AlreadyApplied));
    assert_eq!(withdrawal.broadcast("t2", NOW), Err(WithdrawalError::OtherTransaction));
    assert_eq!(withdrawal.confirm(NOW), Ok(Change::Applied));
    assert_eq!(withdrawal.confirm(NOW), Ok(Change::AlreadyApplied));
    let confirmed = WithdrawalStatus::Confirmed;
    assert_eq!(withdrawal.fail(failure(FailureCode::Reverted), NOW), wrong(confirmed));
    assert_eq!(withdrawal.version, 4);
}

#[test]
fn nothing_is_broadcast_that_was_not_handed_over() {
    let mut withdrawal = created();
    assert_eq!(withdrawal.broadcast("t1", NOW), wrong(WithdrawalStatus::Created));
    assert_eq!(withdrawal.confirm(NOW), wrong(WithdrawalStatus::Created));
}

#[test]
fn what_the_chain_may_have_fails_only_when_the_chain_says_so() {
    use FailureCode::{Blocked, Rejected, Reverted};
    let mut taken_up = created();
    assert!(taken_up.take_up(NOW));
    for (withdrawal, fitting) in
        [(created(), Blocked), (taken_up, Rejected), (broadcasted(), Reverted)]
    {
        for code in [Blocked, Rejected, Reverted] {
            let mut withdrawal = withdrawal.clone();
            let status = withdrawal.status;
            let outcome = withdrawal.fail(failure(code), NOW);
            if code != fitting {
                assert_eq!(outcome, wrong(status), "{code:?}");
                continue;
            }
            assert_eq!(outcome, Ok(Change::Applied));
            assert_eq!(withdrawal.fail(failure(code), NOW), Ok(Change::AlreadyApplied));
            assert_eq!(withdrawal.broadcast("t1", NOW), wrong(WithdrawalStatus::Failed));
        }
    }
}

#[test]
fn words_read_back() {
    for status in WithdrawalStatus::ALL {
        assert_eq!(WithdrawalStatus::parse(status.as_str()), Some(status));
    }
    for code in [FailureCode::Blocked, FailureCode::Rejected, FailureCode::Reverted] {
        assert_eq!(FailureCode::parse(code.as_str()), Some(code));
    }
    assert_eq!(WithdrawalStatus::parse("paid"), None);
}

proptest::proptest! {
    /// Whatever happens in whatever order: an end is for good, versions rise with every change,
    /// and a transaction id never changes.
    #[test]
    fn ends_are_final(steps in proptest::collection::vec(0_u8..7, 0..20)) {
        let mut withdrawal = created();
        for step in steps {
            let before = withdrawal.clone();
            let changed = match step {
                0 => withdrawal.take_up(withdrawal.due_at),
                1 => withdrawal.broadcast("t1", NOW) == Ok(Change::Applied),
                2 => withdrawal.broadcast("t2", NOW) == Ok(Change::Applied),
                3 => withdrawal.confirm(NOW) == Ok(Change::Applied),
                4 => withdrawal.fail(failure(FailureCode::Blocked), NOW) == Ok(Change::Applied),
                5 => withdrawal.fail(failure(FailureCode::Rejected), NOW) == Ok(Change::Applied),
                _ => withdrawal.fail(failure(FailureCode::Reverted), NOW) == Ok(Change::Applied),
            };
            let ended = matches!(
                before.status,
                WithdrawalStatus::Confirmed | WithdrawalStatus::Failed
            );
            proptest::prop_assert!(!(ended && changed));
            proptest::prop_assert_eq!(withdrawal.version, before.version + i64::from(changed));
            proptest::prop_assert!(before.txid.is_none() || before.txid == withdrawal.txid);
            if !changed {
                proptest::prop_assert_eq!(&withdrawal, &before);
            }
        }
    }
}
