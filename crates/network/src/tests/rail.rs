use cardium_app::CommandError;
use cardium_authorizations::{Authorization, Merchant, NewAuthorization};
use cardium_kernel::{AccountId, AuthorizationId, Book, CardId, ErrorCode, Money, Timestamp};

use crate::{
    CvvChoice, SimulatedPurchase,
    rail::rules::{check, other_than, remaining},
};

const NOW: Timestamp = Timestamp::from_unix_seconds(1);

fn authorization() -> Authorization {
    let new = NewAuthorization {
        id: AuthorizationId::new(0x100),
        account: AccountId::new(0x200),
        card: CardId::new(0x300),
        book: Book::Sandbox,
        retrieval_reference: String::new(),
        amount: Money::usd(1_000),
        merchant: Merchant::default(),
    };
    Authorization::approve(new, NOW)
}

fn code(error: CommandError) -> ErrorCode {
    match error {
        CommandError::Problem(problem) => problem.code,
        other => panic!("not a problem: {other}"),
    }
}

#[test]
fn a_reversal_takes_back_what_is_held_or_spent() {
    let mut auth = authorization();
    let left = |auth: &Authorization, cents: i64| remaining(auth, Some(Money::usd(cents)));
    assert_eq!(remaining(&auth, None), Ok(None));
    assert_eq!(left(&auth, 400), Ok(Some(Money::usd(600))));
    assert_eq!(left(&auth, 1_000), Ok(None));
    auth.clear(Money::usd(1_200), NOW).unwrap();
    assert_eq!(left(&auth, 1_200), Ok(None));
    let too_much = left(&auth, 1_201).map_err(code);
    assert_eq!(too_much, Err(ErrorCode::InvalidField));
    auth.reverse(Money::usd(0), NOW).unwrap();
    let nothing_left = remaining(&auth, None).map_err(code);
    assert_eq!(nothing_left, Err(ErrorCode::InvalidTransactionState));
}

#[test]
fn a_purchase_must_fit_a_message() {
    let good = SimulatedPurchase {
        amount: Money::usd(100),
        merchant_name: "A name that is much longer than DE 43 allows, in Zürich".into(),
        mcc: "5814".into(),
        country: "US".into(),
        cvv: CvvChoice::Good,
    };
    assert_eq!(check(&good), Ok(()));
    let purchase = |change: fn(&mut SimulatedPurchase)| {
        let mut purchase = good.clone();
        change(&mut purchase);
        check(&purchase).map_err(code)
    };
    let refused = Err(ErrorCode::InvalidField);
    assert_eq!(purchase(|p| p.amount = Money::usd(0)), Ok(()));
    assert_eq!(purchase(|p| p.amount = Money::usd(-1)), refused);
    assert_eq!(purchase(|p| p.amount = Money::usd(1_000_000_000_000)), refused);
    assert_eq!(purchase(|p| p.mcc = "58a4".into()), refused);
    assert_eq!(purchase(|p| p.country = "USA".into()), refused);
}

#[test]
fn a_bad_cvv_differs_from_the_good_one() {
    for good in ["000", "123", "990"] {
        let bad = other_than(good);
        assert!(bad != good && bad.len() == good.len(), "{bad}");
    }
}
