//! Records of waiting requests: what is decided from one is what the request itself would get.

use std::sync::Arc;

use cardium_app::network::{Authorize, Hook, NetworkAnswer};
use cardium_authorizations::{CvvCheck, DeclineReason, HookAnswer, PartialApproval};
use cardium_iso8583::Message;
use cardium_kernel::{AuthorizationId, Money};
use cardium_vault::Pan;
use proptest::prelude::*;

use super::support::{PAN, changed, keys, request};
use crate::{
    CvvDeclineCode,
    record::Record,
    translate::{Command, translate},
};

const ID: AuthorizationId = AuthorizationId::new(0x100);

fn authorize(message: &Message, cvv: CvvDeclineCode) -> Authorize {
    match translate(&Arc::new(message.clone()), &keys(), cvv, ID) {
        Ok(Command::Authorize(command)) => command,
        _ => panic!("it asks for a decision"),
    }
}

fn record(message: &Message, cvv: CvvDeclineCode) -> Vec<u8> {
    let pan = Pan::parse(PAN).unwrap();
    Record::of(message, &authorize(message, cvv), &pan, cvv).write()
}

fn restored(record: &[u8]) -> Authorize {
    Record::read(record).expect("it reads back").command(ID, HookAnswer::Approved)
}

#[track_caller]
fn assert_same(message: &Message) {
    for cvv in CvvDeclineCode::ALL {
        let live = authorize(message, cvv);
        let again = restored(&record(message, cvv));
        let (one, other) = (&live.exchange, &again.exchange);
        assert_eq!((one.id(), &one.mti, one.pan), (other.id(), &other.mti, other.pan));
        assert_eq!((one.fingerprint, &one.merchant), (other.fingerprint, &other.merchant));
        assert_eq!(one.retrieval_reference, other.retrieval_reference);
        assert_eq!((&one.stan, &one.network_trace), (&other.stan, &other.network_trace));
        assert_eq!(format!("{:?}", live.request), format!("{:?}", again.request));
        assert_eq!((live.posting, &again.hook), (again.posting, &Hook::Said(HookAnswer::Approved)));
        let approval_code = String::from("012345");
        for answer in [
            NetworkAnswer::ApprovedInPart {
                approval_code: approval_code.clone(),
                billing: Money::usd(7),
            },
            NetworkAnswer::Approved { approval_code },
            NetworkAnswer::Declined(DeclineReason::CvvMismatch),
            NetworkAnswer::Declined(DeclineReason::InsufficientFunds),
        ] {
            assert_eq!((one.encode)(&answer), (other.encode)(&answer), "{answer:?}");
        }
    }
}

#[test]
fn a_request_is_decided_and_answered_the_same_from_its_record() {
    let plain = request();
    assert_same(&plain);
    assert_same(&plain.clone().with(48, "61051000092031239").unwrap());
    assert_same(&plain.clone().with(63, "MCC1234567890519").unwrap());
    let foreign = [(4, "000000001000"), (49, "978"), (6, "000000001085"), (51, "840")];
    assert_same(&changed(&plain, &foreign));
    assert_same(&changed(&plain, &[(3, "010000"), (18, "6011"), (22, "051")]));
    let mut bare = plain;
    for de in [14, 18, 22, 25, 32, 37, 41, 42, 43] {
        bare.remove(de);
    }
    assert_same(&bare);
}

#[test]
fn what_was_checked_once_is_kept_as_it_came_out() {
    let private = format!("{}{}", "6105100009203", "999");
    let message = request().with(48, &private).unwrap();
    let request = restored(&record(&message, CvvDeclineCode::default())).request;
    assert_eq!((request.cvv, request.partial), (CvvCheck::Mismatch, PartialApproval::Accepted));
}

#[test]
fn a_record_has_neither_number_nor_secret() {
    let track = format!("{PAN}=29112011234567890");
    let careless = request()
        .with(35, &track)
        .and_then(|message| message.with(42, PAN.get(..15).unwrap()))
        .and_then(|message| message.with(43, &format!("{PAN:<38}US")))
        .and_then(|message| message.with(48, "9203739"))
        .and_then(|message| message.with(63, PAN))
        .and_then(|message| message.with_bytes(52, &[0x5A; 8]))
        .unwrap();
    let record = record(&careless, CvvDeclineCode::default());
    let text = String::from_utf8_lossy(&record);
    for secret in [PAN, "9203739", "1234567890", "ZZZZZZZZ"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("411111******1111"));
}

#[test]
fn only_whole_records_read() {
    let whole = record(&request(), CvvDeclineCode::default());
    for length in 0..whole.len() {
        assert!(Record::read(&whole[..length]).is_none(), "{length} bytes");
    }
    let mut later = whole;
    later[0] = b'2';
    assert!(Record::read(&later).is_none());
}

proptest! {
    #[test]
    fn any_amount_is_the_same(cents in 1_u64..10_000_000, stan in 0_u32..1_000_000) {
        let (amount, stan) = (format!("{cents:012}"), format!("{stan:06}"));
        assert_same(&changed(&request(), &[(4, &amount), (11, &stan)]));
    }

    #[test]
    fn nothing_makes_reading_fail_hard(bytes: Vec<u8>) {
        let _read = Record::read(&bytes).is_some();
    }
}
