//! Card verification values against vectors from an independent implementation.

use cardium_vault::{Cvk, Expiry, Pan, ServiceCode, ServiceCodeError, cvv1, cvv2, icvv};

fn vector() -> (Pan, Expiry, Cvk) {
    let pan = Pan::parse("4571230012345678").expect("the vector's number is valid");
    let expiry = Expiry::parse("2912").expect("the vector's expiry is valid");
    (pan, expiry, Cvk::new(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes()))
}

/// The expected values were computed with psec, which takes the expiry as text, here "2912".
#[test]
fn the_three_values_agree_with_the_oracle() {
    let (pan, expiry, cvk) = vector();
    assert_eq!(cvv2(&pan, expiry, &cvk).reveal(), "033");
    assert_eq!(icvv(&pan, expiry, &cvk).reveal(), "024");
    let service_code = ServiceCode::parse("201").unwrap();
    assert_eq!(cvv1(&pan, expiry, service_code, &cvk).reveal(), "014");
}

#[test]
fn a_value_matches_itself_only() {
    let (pan, expiry, cvk) = vector();
    let cvv = cvv2(&pan, expiry, &cvk);
    assert!(cvv.matches("033"));
    for wrong in ["034", "33", "0033", "", " 033", "\u{660}33"] {
        assert!(!cvv.matches(wrong), "{wrong}");
    }
}

#[test]
fn every_input_counts() {
    let (pan, expiry, cvk) = vector();
    let cvv = cvv2(&pan, expiry, &cvk);
    let other_pan = Pan::parse("4111111111111111").unwrap();
    assert_ne!(cvv2(&other_pan, expiry, &cvk).reveal(), cvv.reveal());
    assert_ne!(cvv2(&pan, Expiry::parse("3012").unwrap(), &cvk).reveal(), cvv.reveal());
    assert_ne!(cvv2(&pan, expiry, &Cvk::new([7; 16])).reveal(), cvv.reveal());
}

#[test]
fn the_longest_and_the_shortest_number_have_a_value() {
    let (_, expiry, cvk) = vector();
    for number in ["4000000000000000006", "400000000002"] {
        let pan = Pan::parse(number).unwrap();
        assert_eq!(cvv2(&pan, expiry, &cvk).reveal().len(), 3);
    }
}

#[test]
fn a_service_code_is_three_digits() {
    for wrong in ["", "20", "2011", "2a1", "\u{660}1"] {
        assert_eq!(ServiceCode::parse(wrong), Err(ServiceCodeError), "{wrong}");
    }
}
