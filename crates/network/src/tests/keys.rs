use cardium_iso8583::{Message, Mti, OriginalDataElements};
use cardium_kernel::Money;
use proptest::prelude::*;

use super::support::{clearing, purchase, trace};
use crate::{
    message_key, original_key,
    simulate::{Purchase, Trace},
};

fn quoted(reversal: &Message) -> OriginalDataElements {
    OriginalDataElements::parse(reversal.get(90).unwrap()).unwrap()
}

fn reversal(of: &Purchase, remaining: Option<Money>) -> Message {
    let own =
        Trace { stan: "999999".into(), transmitted_at: "0519073001".into(), ..of.trace.clone() };
    let original = Mti::AUTHORIZATION_REQUEST;
    of.reversal(Mti::REVERSAL_ADVICE, original, &own, remaining).unwrap()
}

proptest! {
    #[test]
    fn a_reversal_finds_its_original(
        acquirer in "[0-9]{0,11}",
        stan in "[0-9]{6}",
        transmitted_at in "[0-9]{10}",
        terminal in "[ -~]{0,8}",
        retrieval_reference in "[0-9A-Za-z]{0,12}",
    ) {
        let trace =
            Trace { transmitted_at, stan, retrieval_reference, acquirer, terminal, ..trace("1") };
        let purchase = Purchase { trace, ..purchase() };
        let key = message_key(&purchase.request().unwrap());
        let reversal = reversal(&purchase, None);
        prop_assert_eq!(&key, &original_key(&reversal, &quoted(&reversal)));
        prop_assert_ne!(key.id(), message_key(&reversal).id());
    }
}

#[test]
fn a_repeat_has_the_key_of_its_first_copy() {
    let first = purchase().request().unwrap();
    let mut repeat = Message::new("0101".parse().unwrap());
    for de in first.fields() {
        repeat.set(de, first.get(de).unwrap()).unwrap();
    }
    assert_eq!(message_key(&first), message_key(&repeat));
}

#[test]
fn zeros_and_padding_do_not_part_a_message_from_its_reversal() {
    let padded = purchase().request().unwrap();
    let bare = Purchase {
        trace: Trace { acquirer: "400001".into(), terminal: "TERM1   ".into(), ..trace("000042") },
        ..purchase()
    };
    assert_eq!(message_key(&padded), message_key(&bare.request().unwrap()));
}

#[test]
fn zeros_for_the_acquirer_in_de_90_mean_the_reversals_own() {
    let key = message_key(&purchase().request().unwrap());
    let mut reversal = reversal(&purchase(), Some(Money::usd(5)));
    let zeros =
        OriginalDataElements::try_new(Mti::AUTHORIZATION_REQUEST, "000042", "0519073000", "", "");
    reversal.set(90, zeros.unwrap().as_str()).unwrap();
    assert_eq!(key, original_key(&reversal, &quoted(&reversal)));
}

#[test]
fn every_part_and_the_class_tell_messages_apart() {
    let original = message_key(&purchase().request().unwrap());
    let posted = message_key(&clearing(None));
    assert_eq!((original.class, posted.class), ('1', '2'));
    for de in [32_u8, 7, 11, 41, 37] {
        let mut other = purchase().request().unwrap();
        let changed: String = other.get(de).unwrap().chars().map(|_| '9').collect();
        other.set(de, &changed).unwrap();
        assert_ne!(original.id(), message_key(&other).id(), "DE {de}");
    }
}
