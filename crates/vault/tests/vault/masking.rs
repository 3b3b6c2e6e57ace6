//! What `Debug` shows of each type, and that it is never the secret.

use cardium_vault::{
    Aad, Cvk, Expiry, FingerprintKey, HashKey, Kek, Keys, Pan, PanError, PanFingerprint, RawKeys,
    SealRandom, SecretBytes, SecretText, cvv2, seal,
};

#[test]
fn a_number_shows_its_ends_and_hides_its_length() {
    for (number, shown) in [
        ("4571230012345678", "Pan(457123******5678)"),
        ("4000000000000000006", "Pan(400000******0006)"),
        ("378282246310005", "Pan(378282******0005)"),
        ("400000000002", "Pan(******0002)"),
    ] {
        assert_eq!(format!("{:?}", Pan::parse(number).unwrap()), shown);
        assert_eq!(format!("{:#?}", Pan::parse(number).unwrap()), shown);
    }
}

#[test]
fn values_and_wrappers_show_a_mask() {
    let pan = Pan::parse("4571230012345678").unwrap();
    let cvv = cvv2(&pan, Expiry::parse("2912").unwrap(), &Cvk::new([0xC3; 16]));
    assert_eq!(format!("{cvv:?}"), "Cvv(***)");
    assert_eq!(format!("{:?}", SecretBytes::new([0xC3; 4])), "***");
    assert_eq!(format!("{:?}", SecretText::from("canary".to_owned())), "***");
    let fingerprint = PanFingerprint::from_bytes([0xAB; 32]);
    assert_eq!(format!("{fingerprint:?}"), "PanFingerprint(abababab..)");
}

/// The canary byte 0xC3 is 195 in decimal; neither form may appear.
#[test]
fn no_key_shows_its_bytes() {
    let raw = RawKeys {
        keks: vec![(1, [0xC3; 32])],
        active_kek: 1,
        fingerprint: [1; 32],
        cvk: [0xC3; 16],
        hash: [2; 32],
        audit: [3; 32],
    };
    let shown = [
        format!("{:?}", Keys::try_new(&raw).unwrap()),
        format!("{raw:?}"),
        format!("{:?}", Kek::new(1, [0xC3; 32])),
        format!("{:?}", Cvk::new([0xC3; 16])),
        format!("{:?}", FingerprintKey::new([0xC3; 32])),
        format!("{:?}", HashKey::new([0xC3; 32])),
        format!("{:?}", SealRandom::from_bytes(&[0xC3; SealRandom::BYTES])),
    ];
    for text in shown {
        assert!(text.contains("***"), "{text}");
        let lower = text.to_lowercase();
        assert!(!lower.contains("195") && !lower.contains("c3"), "{text}");
    }
}

#[test]
fn a_sealed_value_and_an_error_show_no_content() {
    let aad = Aad::new([1; 16], &[2; 16], "pan");
    let random = SealRandom::from_bytes(&[3; SealRandom::BYTES]);
    let sealed = seal(b"canary", &aad, &Kek::new(1, [4; 32]), random).unwrap();
    assert_eq!(format!("{sealed:?}"), "Sealed { kek_version: 1, ciphertext_bytes: 22, .. }");
    let error = Pan::parse("4571230012345679").unwrap_err();
    assert_eq!(error, PanError::CheckDigit);
    assert!(!format!("{error} {error:?}").contains("4571"));
}
