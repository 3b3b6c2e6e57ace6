use cardium_authorizations::CvvCheck;
use cardium_iso8583::Message;
use cardium_vault::{Pan, cvv2};

use super::support::{PAN, expiry, keys, request};
use crate::{cvv::check, private::sub_element};

fn checked(private: Option<&str>, with_expiry: bool) -> CvvCheck {
    let mut message: Message = request();
    if let Some(private) = private {
        message.set(48, private).unwrap();
    }
    let expiry = with_expiry.then(expiry);
    check(&message, &Pan::parse(PAN).unwrap(), expiry, keys().cvk())
}

#[test]
fn sub_elements_are_found_behind_others_and_a_category_code() {
    for (private, value) in [
        ("9203123", Some("123")),
        ("T9203123", Some("123")),
        ("4203abc9203123", Some("123")),
        ("92039203123", Some("920")),
        ("9204123", None),
        ("9203", None),
        ("92+3123", None),
        ("free text", None),
        ("", None),
    ] {
        assert_eq!(sub_element(private, "92"), value, "{private}");
    }
}

#[test]
fn the_derived_value_decides() {
    let good = cvv2(&Pan::parse(PAN).unwrap(), expiry(), keys().cvk());
    let good = format!("9203{}", good.reveal());
    assert_eq!(checked(Some(&good), true), CvvCheck::Match);
    assert_eq!(checked(Some(&good), false), CvvCheck::Mismatch);
    assert_eq!(checked(Some("920412345"), true), CvvCheck::Mismatch);
    assert_eq!(checked(Some("9203abc"), true), CvvCheck::Mismatch);
}

#[test]
fn no_value_is_no_mismatch() {
    for private in [None, Some(""), Some("9200"), Some("9203   "), Some("4203ab ")] {
        assert_eq!(checked(private, true), CvvCheck::Absent, "{private:?}");
    }
}
