use cardium_app::CommandError;
use cardium_authorizations::{PartialApproval, RequestKind};
use cardium_cards::Channel;
use cardium_kernel::{ErrorCode, Money};

use crate::{
    CvvChoice, SimulatedPurchase, Way,
    rail::rules::{check, currency, other_than, remaining},
};

fn code(error: CommandError) -> ErrorCode {
    match error {
        CommandError::Problem(problem) => problem.code,
        other => panic!("not a problem: {other}"),
    }
}

#[test]
fn a_reversal_takes_back_at_most_what_is_left() {
    let left = |total, open, cents: Option<i64>| {
        remaining((Money::usd(total), Money::usd(open)), cents.map(Money::usd)).map_err(code)
    };
    assert_eq!(left(1_000, 1_000, None), Ok(None));
    assert_eq!(left(1_000, 1_000, Some(400)), Ok(Some(Money::usd(600))));
    assert_eq!(left(1_000, 1_000, Some(1_000)), Ok(None));
    assert_eq!(left(1_000, 1_000, Some(1_001)), Err(ErrorCode::InvalidField));
    // Part of it was cleared: that much stays authorized.
    assert_eq!(left(1_000, 600, Some(600)), Ok(Some(Money::usd(400))));
    assert_eq!(left(1_000, 600, Some(601)), Err(ErrorCode::InvalidField));
}

fn good() -> SimulatedPurchase {
    SimulatedPurchase {
        amount: Money::usd(100),
        merchant_name: "A name that is much longer than DE 43 allows, in Zürich".into(),
        merchant_id: None,
        mcc: "5814".into(),
        country: "US".into(),
        currency: None,
        cvv: CvvChoice::Good,
        channel: Channel::Ecommerce,
        partial: PartialApproval::Refused,
        kind: RequestKind::Purchase,
        way: Way::Request,
    }
}

#[test]
fn a_purchase_must_fit_a_message() {
    assert_eq!(check(&good()), Ok(()));
    let purchase = |change: fn(&mut SimulatedPurchase)| {
        let mut purchase = good();
        change(&mut purchase);
        check(&purchase).map_err(code)
    };
    let refused = Err(ErrorCode::InvalidField);
    assert_eq!(purchase(|p| p.amount = Money::usd(0)), Ok(()));
    assert_eq!(purchase(|p| p.merchant_id = Some("FIFTEEN-LETTERS".into())), Ok(()));
    assert_eq!(purchase(|p| p.amount = Money::usd(-1)), refused);
    assert_eq!(purchase(|p| p.amount = Money::usd(500_000_000_000)), refused);
    assert_eq!(purchase(|p| p.mcc = "58a4".into()), refused);
    assert_eq!(purchase(|p| p.country = "USA".into()), refused);
    assert_eq!(purchase(|p| p.merchant_id = Some(String::new())), refused);
    assert_eq!(purchase(|p| p.merchant_id = Some("SIXTEEN-LETTERS!".into())), refused);
}

#[test]
fn a_currency_is_one_that_things_are_sold_in() {
    let found = |code| currency(code).map(|found| found.map(|c| c.code())).map_err(self::code);
    assert_eq!(found(None), Ok(None));
    assert_eq!(found(Some("USD")), Ok(None), "the card's own is none");
    assert_eq!(found(Some("JPY")), Ok(Some("JPY")));
    for unknown in ["XXX", "XAU", "ZZZ"] {
        assert_eq!(found(Some(unknown)), Err(ErrorCode::InvalidField), "{unknown}");
    }
}

#[test]
fn a_bad_cvv_differs_from_the_good_one() {
    for good in ["000", "123", "990"] {
        let bad = other_than(good);
        assert!(bad != good && bad.len() == good.len(), "{bad}");
    }
}
