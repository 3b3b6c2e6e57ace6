//! Sealing, opening, rotation, and every way in which opening must fail.

use cardium_vault::{
    Aad, Kek, KeyRing, KeyRingError, MAX_KEKS, MAX_PLAINTEXT_BYTES, OpenError, SealError,
    SealRandom, Sealed, open, rewrap, seal,
};
use proptest::prelude::*;

const SECRET: &[u8] = b"4571230012345678";

fn random(seed: u8) -> SealRandom {
    SealRandom::from_bytes(&std::array::from_fn(|index| {
        seed.wrapping_add(u8::try_from(index).expect("fewer than 256 bytes"))
    }))
}

fn kek(version: i32) -> Kek {
    Kek::new(version, [u8::try_from(version).expect("a small version"); 32])
}

fn ring(versions: &[i32]) -> KeyRing {
    let active = *versions.last().expect("a ring has a key");
    KeyRing::try_new(active, versions.iter().copied().map(kek)).expect("the versions differ")
}

fn place() -> Aad {
    Aad::new([1; 16], &[2; 16], "pan")
}

fn sealed() -> Sealed {
    seal(SECRET, &place(), &kek(1), random(1)).expect("the value is short")
}

#[test]
fn a_sealed_value_opens_in_its_place() {
    let sealed = sealed();
    assert_eq!(sealed.kek_version(), 1);
    assert!(!sealed.to_bytes().windows(4).any(|window| window == &SECRET[..4]));
    assert_eq!(*open(&sealed, &place(), &ring(&[1])).unwrap(), SECRET);
    assert_eq!(*open(&sealed, &place(), &ring(&[1, 2])).unwrap(), SECRET);
}

#[test]
fn a_value_moved_elsewhere_does_not_open() {
    for elsewhere in [
        Aad::new([9; 16], &[2; 16], "pan"),
        Aad::new([1; 16], &[9; 16], "pan"),
        Aad::new([1; 16], &[2; 16], "pin"),
        Aad::new([2; 16], &[1; 16], "pan"),
        Aad::new([1; 16], &[2; 15], "\u{2}pan"),
    ] {
        assert_eq!(open(&sealed(), &elsewhere, &ring(&[1])), Err(OpenError));
        let rewrapped = rewrap(&sealed(), &elsewhere, &ring(&[1]), &kek(2), [3; 12]);
        assert_eq!(rewrapped, Err(OpenError));
    }
}

#[test]
fn parts_of_two_rows_do_not_mix() {
    let ours = sealed();
    let theirs = seal(b"other", &place(), &kek(1), random(9)).unwrap();
    let parts = [
        (theirs.wrapped_dek(), ours.nonce(), ours.ciphertext()),
        (ours.wrapped_dek(), theirs.nonce(), ours.ciphertext()),
        (ours.wrapped_dek(), ours.nonce(), theirs.ciphertext()),
    ];
    for (wrapped_dek, nonce, ciphertext) in parts {
        let mixed = Sealed::try_from_parts(1, wrapped_dek, nonce, ciphertext.to_vec()).unwrap();
        assert_eq!(open(&mixed, &place(), &ring(&[1])), Err(OpenError));
    }
}

#[test]
fn another_key_or_another_version_of_the_same_key_does_not_open() {
    let same_version = KeyRing::try_new(1, [Kek::new(1, [7; 32])]).unwrap();
    assert_eq!(open(&sealed(), &place(), &same_version), Err(OpenError));
    assert_eq!(open(&sealed(), &place(), &ring(&[2])), Err(OpenError));

    let value = sealed();
    let parts = (value.wrapped_dek(), value.nonce(), value.ciphertext().to_vec());
    let renamed = Sealed::try_from_parts(2, parts.0, parts.1, parts.2).unwrap();
    let same_bytes = KeyRing::try_new(2, [Kek::new(2, [1; 32])]).unwrap();
    assert_eq!(open(&renamed, &place(), &same_bytes), Err(OpenError));
}

#[test]
fn rotation_rewraps_the_data_key_only() {
    let old = sealed();
    let new = rewrap(&old, &place(), &ring(&[1, 2]), &kek(2), [5; 12]).unwrap();
    assert_eq!(new.kek_version(), 2);
    assert_eq!((new.nonce(), new.ciphertext()), (old.nonce(), old.ciphertext()));
    assert_ne!(new.wrapped_dek(), old.wrapped_dek());
    assert_eq!(*open(&new, &place(), &ring(&[2])).unwrap(), SECRET);
    assert_eq!(open(&new, &place(), &ring(&[1])), Err(OpenError));
    assert_eq!(rewrap(&new, &place(), &ring(&[1]), &kek(3), [6; 12]), Err(OpenError));
}

#[test]
fn parts_and_blobs_of_impossible_lengths_are_refused() {
    let value = sealed();
    let (dek, nonce) = (value.wrapped_dek().as_slice(), value.nonce().as_slice());
    let too_long = vec![0; MAX_PLAINTEXT_BYTES + 17];
    assert_eq!(Sealed::try_from_parts(1, &dek[1..], nonce, vec![0; 16]), Err(OpenError));
    assert_eq!(Sealed::try_from_parts(1, dek, &nonce[1..], vec![0; 16]), Err(OpenError));
    assert_eq!(Sealed::try_from_parts(1, dek, nonce, vec![0; 15]), Err(OpenError));
    assert_eq!(Sealed::try_from_parts(1, dek, nonce, too_long), Err(OpenError));
    let blob = seal(b"", &place(), &kek(1), random(1)).unwrap().to_bytes();
    for length in 0..blob.len() {
        assert_eq!(Sealed::from_bytes(&blob[..length]), Err(OpenError), "{length}");
    }
}

#[test]
fn a_value_has_a_longest_length() {
    let longest = vec![7; MAX_PLAINTEXT_BYTES];
    let value = seal(&longest, &place(), &kek(1), random(1)).unwrap();
    assert_eq!(*open(&value, &place(), &ring(&[1])).unwrap(), longest);
    let longer = vec![7; MAX_PLAINTEXT_BYTES + 1];
    assert_eq!(seal(&longer, &place(), &kek(1), random(1)), Err(SealError::TooLong));
}

#[test]
fn a_ring_has_distinct_versions_and_an_active_one() {
    let error = |active, versions: &[i32]| {
        KeyRing::try_new(active, versions.iter().copied().map(kek)).expect_err("no ring")
    };
    assert_eq!(error(1, &[]), KeyRingError::ActiveMissing(1));
    assert_eq!(error(3, &[1, 2]), KeyRingError::ActiveMissing(3));
    assert_eq!(error(1, &[1, 2, 1]), KeyRingError::Duplicate(1));
    let many: Vec<i32> = (1..).take(MAX_KEKS + 1).collect();
    assert_eq!(error(1, &many), KeyRingError::TooMany);
    let ring = ring(&[1, 2]);
    assert_eq!(ring.active().version(), 2);
    assert_eq!(ring.find_kek(1).map(Kek::version), Some(1));
    assert!(ring.find_kek(3).is_none());
}

proptest! {
    #[test]
    fn any_value_round_trips_through_a_blob(
        plaintext in proptest::collection::vec(any::<u8>(), 0..200),
        record in proptest::collection::vec(any::<u8>(), 0..40),
        field in ".{0,12}",
        seed in any::<u8>(),
    ) {
        let aad = Aad::new([1; 16], &record, &field);
        let value = seal(&plaintext, &aad, &kek(1), random(seed)).unwrap();
        let read = Sealed::from_bytes(&value.to_bytes()).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(&*open(&read, &aad, &ring(&[1])).unwrap(), &plaintext);
    }

    #[test]
    fn a_flipped_bit_anywhere_does_not_open(place_of_flip in any::<proptest::sample::Index>()) {
        let mut blob = sealed().to_bytes();
        let bit = place_of_flip.index(blob.len() * 8);
        blob[bit / 8] ^= 1 << (bit % 8);
        let opened = Sealed::from_bytes(&blob).and_then(|read| open(&read, &place(), &ring(&[1])));
        prop_assert_eq!(opened, Err(OpenError));
    }

    #[test]
    fn bytes_of_anything_never_panic(
        blob in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Ok(read) = Sealed::from_bytes(&blob) {
            prop_assert_eq!(read.to_bytes(), blob);
            prop_assert_eq!(open(&read, &place(), &ring(&[1])), Err(OpenError));
        }
    }
}
