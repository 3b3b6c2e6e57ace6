//! The set of keys, its check values, and hashes under one of them.

use cardium_vault::{
    HashKey, KeyRingError, Keys, KeysError, RawKeys, SecretBytes, SecretLengthError,
    key_check_value, keyed_hash,
};

fn raw() -> RawKeys {
    RawKeys {
        keks: vec![(1, [1; 32]), (2, [2; 32])],
        active_kek: 2,
        fingerprint: [3; 32],
        cvk: [4; 16],
        hash: [5; 32],
        audit: [6; 32],
    }
}

#[test]
fn every_key_has_a_check_value_of_its_own() {
    let values = Keys::try_new(&raw()).unwrap().check_values();
    let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["kek/1", "kek/2", "fingerprint", "cvk", "hash", "audit"]);
    for (index, (name, value)) in values.iter().enumerate() {
        assert!(values[..index].iter().all(|(_, other)| other != value), "{name}");
    }
    assert_eq!(values[0].1, key_check_value(&[1; 32]));
    assert_eq!(values, Keys::try_new(&raw()).unwrap().check_values());
}

/// Stored check values outlive a release, so the derivation must never change.
#[test]
fn check_values_stay_what_they_are() {
    assert_eq!(key_check_value(&[0; 32]), [0xAD, 0x53, 0x72, 0x1E]);
}

#[test]
fn a_changed_key_changes_its_check_value_only() {
    let before = Keys::try_new(&raw()).unwrap().check_values();
    let mut other = raw();
    other.cvk = [9; 16];
    let after = Keys::try_new(&other).unwrap().check_values();
    let changed: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].0.0, "cvk");
}

#[test]
fn keys_that_cannot_serve_are_refused() {
    let mut reused = raw();
    reused.audit = reused.hash;
    assert_eq!(Keys::try_new(&reused).err(), Some(KeysError::Reused));
    let mut reused = raw();
    reused.keks[1].1 = reused.keks[0].1;
    assert_eq!(Keys::try_new(&reused).err(), Some(KeysError::Reused));
    let mut missing = raw();
    missing.active_kek = 3;
    let error = KeysError::Ring(KeyRingError::ActiveMissing(3));
    assert_eq!(Keys::try_new(&missing).err(), Some(error));
}

#[test]
fn a_hash_belongs_to_its_key_domain_and_data() {
    let key = HashKey::new([1; 32]);
    let hash = keyed_hash(&key, "session", b"token");
    assert_eq!(keyed_hash(&key, "session", b"token"), hash);
    assert_ne!(keyed_hash(&HashKey::new([2; 32]), "session", b"token"), hash);
    assert_ne!(keyed_hash(&key, "api-key", b"token"), hash);
    assert_ne!(keyed_hash(&key, "sessionto", b"ken"), hash);
    assert_ne!(keyed_hash(&key, "", b"sessiontoken"), hash);
}

#[test]
fn secret_bytes_have_one_length() {
    assert_eq!(SecretBytes::<2>::try_from_slice(&[1, 2]), Ok(SecretBytes::new([1, 2])));
    let error = SecretLengthError { expected: 2, actual: 3 };
    assert_eq!(SecretBytes::<2>::try_from_slice(&[1, 2, 3]), Err(error));
}
