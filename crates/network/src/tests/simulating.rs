//! What the simulated acquirer writes is what the issuer reads.

use cardium_app::network::Asked;
use cardium_authorizations::{Finality, ForeignAmount, PartialApproval, RequestKind};
use cardium_iso8583::Mti;
use cardium_kernel::Money;
use proptest::prelude::*;

use super::support::{purchase, trace, translated};
use crate::{
    MerchantCurrency,
    amount::{asked, remaining},
    simulate::{Purchase, transmission},
    translate::Command,
};

fn abroad(code: &str, cents: i64) -> Purchase {
    let currency = MerchantCurrency::find(code);
    Purchase { currency, amount: Money::usd(cents), ..purchase() }
}

#[test]
fn a_purchase_abroad_says_what_is_billed_and_at_which_rate() {
    for (code, numeric, merchant, rate) in [
        ("EUR", "978", "25.00 EUR", "75000000"),
        ("JPY", "392", "2500 JPY", "95000000"),
        ("KWD", "414", "2.500 KWD", "65000000"),
        ("CLF", "990", "0.2500 CLF", "55000000"),
    ] {
        let message = abroad(code, 1_250).request().unwrap();
        let fields = [4, 49, 6, 51, 10].map(|de| message.get(de).unwrap());
        assert_eq!(fields, ["000000002500", numeric, "000000001250", "840", rate]);
        let merchant_amount = ForeignAmount::parse(merchant);
        assert_eq!(asked(&message), Ok(Asked { billing: Money::usd(1_250), merchant_amount }));
    }
}

proptest! {
    #[test]
    fn a_new_total_survives_the_conversion(
        cents in 1_i64..1_000_000_000,
        left in 0_i64..1_000_000_000,
    ) {
        let left = Money::usd(left % cents);
        let domestic = Purchase { amount: Money::usd(cents), ..purchase() };
        for purchase in [abroad("EUR", cents), abroad("JPY", cents), domestic] {
            let (mti, original) = (Mti::REVERSAL_ADVICE, Mti::AUTHORIZATION_REQUEST);
            let back = purchase.reversal(mti, original, &trace("000043"), Some(left)).unwrap();
            prop_assert_eq!(remaining(&back), Ok(Some(left)));
        }
    }
}

#[test]
fn each_kind_is_understood_as_itself() {
    for kind in [
        RequestKind::Purchase,
        RequestKind::Cash,
        RequestKind::Verification,
        RequestKind::BalanceInquiry,
        RequestKind::Credit,
    ] {
        let nothing = kind == RequestKind::Verification;
        let amount = if nothing { Money::usd(0) } else { Money::usd(100) };
        let message = Purchase { kind, amount, ..purchase() }.request().unwrap();
        let Ok(Command::Authorize(command)) = translated(message) else { panic!("{kind:?}") };
        assert_eq!(command.request.kind, kind);
    }
}

#[test]
fn a_cvv_and_the_wish_for_a_part_share_a_field() {
    let both = Purchase {
        cvv: Some("123".to_owned().into()),
        partial: PartialApproval::Accepted,
        ..purchase()
    };
    assert_eq!(both.request().unwrap().get(48), Some("6105100009203123"));
    let Ok(Command::Authorize(command)) = translated(both.request().unwrap()) else {
        panic!("not a request")
    };
    assert_eq!(command.request.partial, PartialApproval::Accepted);
}

#[test]
fn a_clearing_that_is_not_the_last_says_so() {
    for finality in [Finality::Last, Finality::MoreToCome] {
        let message = purchase().clearing(Some("12"), finality).unwrap();
        assert_eq!(message.get(38), Some("12    "));
        let Ok(Command::Clear(command)) = translated(message) else { panic!("not a clearing") };
        assert_eq!(command.finality, finality);
    }
}

#[test]
fn a_moment_is_written_without_its_year() {
    let moment = cardium_kernel::Timestamp::from_unix_seconds(1_779_000_000);
    assert_eq!(transmission(moment).len(), 10);
}
