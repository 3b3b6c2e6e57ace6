//! Expiries in their two forms, and what is refused.

use cardium_vault::{Expiry, ExpiryError};
use proptest::prelude::*;

#[test]
fn an_expiry_reads_and_writes_its_forms() {
    let expiry = Expiry::parse("2912").unwrap();
    assert_eq!(Expiry::try_new(2029, 12), Ok(expiry));
    assert_eq!((expiry.year(), expiry.month()), (2029, 12));
    assert_eq!((expiry.yymm().as_str(), expiry.iso().as_str()), ("2912", "2029-12"));
    assert!(expiry < Expiry::parse("3001").unwrap());
}

#[test]
fn what_is_no_expiry_is_refused() {
    for (text, error) in [
        ("", ExpiryError::Format),
        ("291", ExpiryError::Format),
        ("29122", ExpiryError::Format),
        ("29 1", ExpiryError::Format),
        ("+912", ExpiryError::Format),
        ("\u{660}12", ExpiryError::Format),
        ("2900", ExpiryError::Month),
        ("2913", ExpiryError::Month),
        ("1229", ExpiryError::Month),
    ] {
        assert_eq!(Expiry::parse(text), Err(error), "{text}");
    }
    assert_eq!(Expiry::try_new(1999, 1), Err(ExpiryError::Year));
    assert_eq!(Expiry::try_new(2100, 1), Err(ExpiryError::Year));
}

proptest! {
    #[test]
    fn yymm_round_trips(year in 2000_u16..2100, month in 1_u8..=12) {
        let expiry = Expiry::try_new(year, month).unwrap();
        prop_assert_eq!(Expiry::parse(&expiry.yymm()), Ok(expiry));
    }
}
