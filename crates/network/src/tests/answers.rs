use std::{collections::HashSet, sync::Arc};

use cardium_app::network::NetworkAnswer;
use cardium_authorizations::DeclineReason;
use cardium_iso8583::{Content, FieldSpec, Message, WireFormat, decode};
use cardium_vault::Pan;
use proptest::prelude::*;

use super::support::{PAN, request};
use crate::{
    answer::{encoder, restored},
    codes, masking,
};

fn approved() -> NetworkAnswer {
    NetworkAnswer::Approved { approval_code: "012345".into() }
}

#[test]
fn every_reason_has_a_code_that_is_no_approval() {
    let codes: HashSet<_> =
        DeclineReason::ALL.iter().map(|reason| codes::decline(*reason)).collect();
    assert!(codes.iter().all(|code| code.len() == 2));
    assert!(!codes.contains(codes::APPROVED) && !codes.contains("10"));
    for ours in [codes::UNAVAILABLE, codes::DUPLICATE, codes::SYSTEM_ERROR] {
        assert!(!codes.contains(ours), "{ours} tells no reason");
    }
}

#[test]
fn an_approval_carries_its_code_and_a_decline_does_not() {
    let request = Arc::new(request());
    let encode = encoder(&request, &Pan::parse(PAN).unwrap());
    let declined = NetworkAnswer::Declined(DeclineReason::InsufficientFunds);
    for (answer, code, approval) in [
        (approved(), "00", Some("012345")),
        (declined, "51", None),
        (NetworkAnswer::Accepted, "00", None),
    ] {
        let reply = encode(&answer);
        assert_eq!(reply.response_code, code);
        let response = restored(&request, &reply.bytes).unwrap();
        assert_eq!(response.mti().as_str(), "0110");
        assert_eq!(response.get(39), Some(code));
        assert_eq!(response.get(38), approval);
        for de in [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49] {
            assert_eq!(response.get(de), request.get(de), "DE {de} is echoed");
        }
        let shown: Vec<_> = reply.fields.iter().collect();
        assert!(shown.contains(&(39, code)) && shown.contains(&(2, "411111******1111")));
        assert_eq!(shown.iter().any(|(de, _)| *de == 38), approval.is_some());
    }
}

#[test]
fn what_is_kept_of_a_response_has_no_pan() {
    let request = Arc::new(request());
    let reply = encoder(&request, &Pan::parse(PAN).unwrap())(&approved());
    let kept = decode(&reply.bytes, &WireFormat::default()).unwrap();
    assert!(!kept.contains(2));
    assert!(!String::from_utf8_lossy(&reply.bytes).contains(PAN));
}

#[test]
fn a_repeat_as_an_advice_gets_an_advices_answer() {
    let retyped = |mti: &str| {
        let mut message = Message::new(mti.parse().unwrap());
        for de in request().fields() {
            message.set(de, request().get(de).unwrap()).unwrap();
        }
        Arc::new(message)
    };
    let first = retyped("0400");
    let reply = encoder(&first, &Pan::parse(PAN).unwrap())(&NetworkAnswer::Accepted);
    let answer = restored(&retyped("0421"), &reply.bytes).unwrap();
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
