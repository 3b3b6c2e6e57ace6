//! Answers to bytes and back.

use std::{collections::HashSet, sync::Arc};

use cardium_app::network::{NetworkAnswer, NetworkReply};
use cardium_authorizations::DeclineReason;
use cardium_iso8583::{Content, FieldSpec, Message, WireFormat, decode};
use cardium_kernel::Money;
use cardium_vault::Pan;
use proptest::prelude::*;

use super::support::{PAN, changed, request, retyped};
use crate::{
    CvvDeclineCode,
    answer::{encoder, restored},
    codes, masking,
};

const CVV_CODES: [CvvDeclineCode; 3] =
    [CvvDeclineCode::DoNotHonour, CvvDeclineCode::CvvFailure, CvvDeclineCode::IncorrectCvv];

fn approved() -> NetworkAnswer {
    NetworkAnswer::Approved { approval_code: "012345".into() }
}

fn in_part(cents: i64) -> NetworkAnswer {
    let billing = Money::usd(cents);
    NetworkAnswer::ApprovedInPart { approval_code: "012345".into(), billing }
}

fn replied(request: &Message, answer: &NetworkAnswer) -> NetworkReply {
    let request = Arc::new(request.clone());
    encoder(&request, &Pan::parse(PAN).unwrap(), CvvDeclineCode::DoNotHonour)(answer)
}

/// What goes back for an answer, first and on every repeat.
fn answered(request: &Message, answer: &NetworkAnswer) -> Message {
    restored(request, &replied(request, answer).bytes).unwrap()
}

/// The code as the schemes have it; a new reason does not compile until it is here.
fn expected(reason: DeclineReason) -> &'static str {
    use DeclineReason as R;
    match reason {
        R::UnknownCard | R::CardClosed => "14",
        R::CardFrozen | R::ChannelBlocked | R::CountryBlocked => "62",
        R::CardNotActivated => "78",
        R::CardExpired | R::ExpiryMismatch | R::ControlsExpired => "54",
        R::CvvTriesExceeded => "59",
        R::CvvMismatch | R::HookDeclined | R::StandInDeclined | R::ReversedBefore => "05",
        R::HookUnavailable => "91",
        R::MccBlocked | R::MerchantBlocked => "57",
        R::AgentMandateOver | R::AgentMccBlocked | R::AgentMerchantBlocked => "57",
        R::AgentTransactionLimit => "61",
        R::TransactionLimit | R::ProductTransactionLimit | R::ProductMonthlyLimit => "61",
        R::DailyLimit | R::WeeklyLimit | R::MonthlyLimit | R::LifetimeLimit => "61",
        R::DailyCount | R::WeeklyCount | R::MonthlyCount | R::LifetimeCount => "65",
        R::SingleUseSpent | R::TooManyIncrements => "65",
        R::InvalidAmount | R::UnsupportedCurrency => "13",
        R::InvalidTransaction => "12",
        R::InsufficientFunds => "51",
    }
}

#[test]
fn every_reason_has_its_code() {
    for reason in DeclineReason::ALL {
        let answer = NetworkAnswer::Declined(*reason);
        let reply = replied(&request(), &answer);
        assert_eq!(reply.response_code, expected(*reason), "{reason:?}");
        let response = answered(&request(), &answer);
        assert_eq!(response.get(39), Some(expected(*reason)));
        assert_eq!(response.get(38), None, "a decline has no approval code");
    }
}

#[test]
fn a_wrong_cvv_is_declined_as_the_peer_has_it() {
    for (cvv, code) in CVV_CODES.into_iter().zip(["05", "N7", "82"]) {
        assert_eq!(codes::decline_for(DeclineReason::CvvMismatch, cvv), code);
        assert_eq!(codes::decline_for(DeclineReason::CvvTriesExceeded, cvv), "59");
    }
}

#[test]
fn no_reason_looks_like_an_approval() {
    let all = DeclineReason::ALL.iter();
    let codes: HashSet<_> =
        all.flat_map(|reason| CVV_CODES.map(|cvv| codes::decline_for(*reason, cvv))).collect();
    assert!(codes.iter().all(|code| code.len() == 2));
    for taken in [codes::APPROVED, codes::APPROVED_IN_PART, codes::DUPLICATE, codes::SYSTEM_ERROR] {
        assert!(!codes.contains(taken), "{taken} tells no reason");
    }
}

#[test]
fn an_approval_carries_its_code_and_a_decline_does_not() {
    let request = request();
    let declined = NetworkAnswer::Declined(DeclineReason::InsufficientFunds);
    for (answer, code, approval) in [
        (approved(), "00", Some("012345")),
        (declined, "51", None),
        (NetworkAnswer::Accepted, "00", None),
    ] {
        let response = answered(&request, &answer);
        assert_eq!(response.mti().as_str(), "0110");
        assert_eq!(response.get(39), Some(code));
        assert_eq!(response.get(38), approval);
        for de in [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49] {
            assert_eq!(response.get(de), request.get(de), "DE {de} is echoed");
        }
        let reply = replied(&request, &answer);
        let shown: Vec<_> = reply.fields.iter().collect();
        assert!(shown.contains(&(39, code)) && shown.contains(&(2, "411111******1111")));
        assert_eq!(shown.iter().any(|(de, _)| *de == 38), approval.is_some());
    }
}

#[test]
fn an_approval_code_of_the_network_is_padded() {
    let short = NetworkAnswer::Approved { approval_code: "AB1".into() };
    assert_eq!(answered(&request(), &short).get(38), Some("AB1   "));
}

#[test]
fn a_part_takes_the_place_of_the_amount() {
    let response = answered(&request(), &in_part(1_000));
    assert_eq!((response.get(39), response.get(38)), (Some("10"), Some("012345")));
    assert_eq!(response.amount(4), Some(1_000));
    assert_eq!(response.get(54), Some("0057840D000000001250"));
    assert!(!response.contains(6));
}

#[test]
fn a_part_of_a_converted_amount_is_cut_down_to_the_merchants_unit() {
    let fields = [(4, "000000001000"), (49, "978"), (6, "000000001155"), (51, "840")];
    let converted = changed(&request(), &fields);
    for (cents, merchant) in [(1_154, 999), (1_000, 865), (1, 0), (0, 0)] {
        let response = answered(&converted, &in_part(cents));
        let billing = u64::try_from(cents).unwrap();
        assert_eq!((response.amount(6), response.amount(4)), (Some(billing), Some(merchant)));
        assert_eq!((response.get(51), response.get(49)), (Some("840"), Some("978")));
        let originals = "0057978D0000000010000057840D000000001155";
        assert_eq!(response.get(54), Some(originals));
    }
}

#[test]
fn balances_are_told_with_their_sign() {
    for (posted, available, expected) in [
        (10_000, 7_500, "0001840C0000000100000002840C000000007500"),
        (0, -250, "0001840C0000000000000002840D000000000250"),
    ] {
        let balance = NetworkAnswer::Balance {
            approval_code: "012345".into(),
            available: Money::usd(available),
            posted: Money::usd(posted),
        };
        let response = answered(&request(), &balance);
        assert_eq!((response.get(39), response.get(54)), (Some("00"), Some(expected)));
    }
}

proptest! {
    #[test]
    fn additional_amounts_round_trip(posted: i64, available: i64) {
        let text = crate::balances::balances(Money::usd(posted), Money::usd(available));
        prop_assert_eq!(text.len(), 40);
        let told = [("01", posted), ("02", available)];
        for (group, (kind, cents)) in text.as_bytes().chunks(20).zip(told) {
            let group = std::str::from_utf8(group).unwrap();
            let sign = if cents < 0 { "D" } else { "C" };
            prop_assert_eq!(&group[..8], format!("00{kind}840{sign}"));
            let shown: u64 = group[8..].parse().unwrap();
            prop_assert_eq!(shown, cents.unsigned_abs().min(cardium_iso8583::AMOUNT_MAX));
        }
    }

    #[test]
    fn a_part_never_exceeds_what_was_asked(
        asked in 1_u64..1_000_000,
        billed in 1_u64..1_000_000,
        part: u64,
    ) {
        let part = i64::try_from(part % billed).unwrap();
        let (four, six) = (format!("{asked:012}"), format!("{billed:012}"));
        let fields = [(4, four.as_str()), (49, "978"), (6, six.as_str()), (51, "840")];
        let response = answered(&changed(&request(), &fields), &in_part(part));
        prop_assert!(response.amount(4).unwrap() <= asked);
    }
}

#[test]
fn a_repeat_gets_the_first_answer_byte_for_byte() {
    let balance = NetworkAnswer::Balance {
        approval_code: "012345".into(),
        available: Money::usd(1),
        posted: Money::usd(2),
    };
    for answer in [approved(), in_part(7), balance, NetworkAnswer::Accepted] {
        let reply = replied(&request(), &answer);
        let first = restored(&request(), &reply.bytes).unwrap();
        // The repeat may carry another clock; its answer is still the first one.
        let repeat = changed(&retyped(&request(), "0101"), &[(12, "235959")]);
        assert_eq!(restored(&repeat, &reply.bytes).unwrap(), first);
    }
}

#[test]
fn what_is_kept_of_a_response_has_no_pan() {
    let reply = replied(&request(), &approved());
    let kept = decode(&reply.bytes, &WireFormat::default()).unwrap();
    assert!(!kept.contains(2));
    assert!(!String::from_utf8_lossy(&reply.bytes).contains(PAN));
}

#[test]
fn a_repeat_as_an_advice_gets_an_advices_answer() {
    let reply = replied(&retyped(&request(), "0400"), &NetworkAnswer::Accepted);
    let answer = restored(&retyped(&request(), "0421"), &reply.bytes).unwrap();
    assert_eq!((answer.mti().as_str(), answer.get(39)), ("0430", Some("00")));
}

#[test]
fn damaged_bytes_are_no_response() {
    assert_eq!(restored(&request(), b"0110"), None);
}

/// A message with the PAN wherever it fits and other digits where it does not.
fn careless(pan: &str) -> Message {
    let mut message = request();
    message.set(2, pan).unwrap();
    for de in (3..=128).filter(|de| *de != 65) {
        let spec = FieldSpec::of(de).unwrap();
        let text = format!("{pan:<width$}", width = spec.length.max());
        let packed = pan.repeat(3);
        for candidate in [pan, text.as_str(), packed.get(..42).unwrap_or(pan)] {
            if spec.content != Content::Binary && message.set(de, candidate).is_ok() {
                break;
            }
        }
    }
    message
}

proptest! {
    #[test]
    fn shown_fields_never_contain_the_pan(random: [u8; 16]) {
        let pan = Pan::generate("489517", &random).unwrap();
        let message = careless(pan.reveal());
        let fields = masking::masked(&message, &message, &pan);
        let merchant = format!("{:?}", masking::merchant(&message, &pan));
        prop_assert!(!fields.to_text().contains(pan.reveal()));
        prop_assert!(!merchant.contains(pan.reveal()));
        for hidden in [14, 35, 36, 45, 48, 52, 53, 55] {
            prop_assert!(fields.iter().all(|(de, _)| de != hidden), "DE {}", hidden);
        }
    }
}
