//! Card numbers: what is one, how one is made, and its fingerprint.

use cardium_vault::{FingerprintKey, Pan, PanError, PanFingerprint};
use proptest::prelude::*;

#[test]
fn a_number_tells_its_parts() {
    let pan = Pan::parse("4571230012345678").unwrap();
    assert_eq!((pan.bin(), pan.last4()), ("457123", "5678"));
    assert_eq!(pan.reveal(), "4571230012345678");
    assert_eq!(*pan.formatted(), "4571 2300 1234 5678");
    let long = Pan::parse("4000000000000000006").unwrap();
    assert_eq!(*long.formatted(), "4000 0000 0000 0000 006");
}

#[test]
fn what_is_no_number_is_refused() {
    for (text, error) in [
        ("", PanError::Length),
        ("41111111112", PanError::Length),
        ("40000000000000000002", PanError::Length),
        ("4111 1111 1111 1111", PanError::NotDigits),
        ("411111111111111\u{661}", PanError::NotDigits),
        ("4111111111111112", PanError::CheckDigit),
        ("1411111111111111", PanError::CheckDigit),
    ] {
        assert_eq!(Pan::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_bin_is_six_to_ten_digits() {
    for bin in ["", "45712", "45712345678", "4571x3", "45712\u{663}"] {
        assert_eq!(Pan::generate(bin, &[0; 16]), Err(PanError::Bin), "{bin}");
    }
    assert_eq!(Pan::generate("457123", &[0; 16]).unwrap().reveal(), "4571230000000004");
    assert_eq!(Pan::generate("4571234567", &[255; 16]).unwrap().bin(), "457123");
}

#[test]
fn a_fingerprint_depends_on_number_and_key() {
    let pan = Pan::parse("4111111111111111").unwrap();
    let key = FingerprintKey::new([1; 32]);
    let fingerprint = PanFingerprint::of(&pan, &key);
    assert_eq!(PanFingerprint::from_bytes(*fingerprint.as_bytes()), fingerprint);
    assert_ne!(PanFingerprint::of(&pan, &FingerprintKey::new([2; 32])), fingerprint);
    let other = Pan::parse("4571230012345678").unwrap();
    assert_ne!(PanFingerprint::of(&other, &key), fingerprint);
}

/// Counts every digit at every drawn place over a fixed walk through the random space. The
/// bounds are seven standard deviations of a binomial count, and the walk never changes.
#[test]
fn drawn_digits_are_uniform() {
    const DRAWS: u128 = 20_000;
    const STEP: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    let mut counts = [[0_u32; 10]; 9];
    for draw in 0..DRAWS {
        let pan = Pan::generate("457123", &draw.wrapping_mul(STEP).to_be_bytes()).unwrap();
        for (place, digit) in pan.reveal().bytes().skip(6).take(9).enumerate() {
            counts[place][usize::from(digit - b'0')] += 1;
        }
    }
    for count in counts.iter().flatten() {
        assert!((1_700..=2_300).contains(count), "{counts:?}");
    }
}

proptest! {
    #[test]
    fn a_made_number_has_the_bin_and_a_valid_check_digit(
        bin in "[0-9]{6,10}",
        random in any::<[u8; 16]>(),
    ) {
        let pan = Pan::generate(&bin, &random).unwrap();
        prop_assert_eq!(pan.reveal().len(), 16);
        prop_assert!(pan.reveal().starts_with(&bin));
        prop_assert_eq!(Pan::parse(pan.reveal()), Ok(pan));
    }

    #[test]
    fn one_check_digit_in_ten_is_right(payload in "[0-9]{11,18}") {
        let right = (0..10).filter(|check| Pan::parse(&format!("{payload}{check}")).is_ok());
        prop_assert_eq!(right.count(), 1);
    }

    #[test]
    fn a_wrong_digit_anywhere_is_noticed(
        random in any::<[u8; 16]>(),
        place in 0_usize..16,
        shift in 1_u8..10,
    ) {
        let pan = Pan::generate("457123", &random).unwrap();
        let mut digits = pan.reveal().as_bytes().to_vec();
        digits[place] = b'0' + (digits[place] - b'0' + shift) % 10;
        let text = String::from_utf8(digits).unwrap();
        prop_assert_eq!(Pan::parse(&text), Err(PanError::CheckDigit));
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".{0,24}") {
        let _ = Pan::parse(&text);
    }
}
