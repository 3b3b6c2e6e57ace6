use cardium_vault::Kek;

use super::*;
use crate::testing::{MockTx, NOW, context};

fn fresh(seed: u8) -> FreshKey {
    let ring = KeyRing::try_new(1, [Kek::new(1, [9; 32])]).expect("one key makes a ring");
    FreshKey::draw(&ring, &[seed; 32], &[seed; SealRandom::BYTES]).expect("a key is drawn")
}

fn rotation(why: Rotation, seed: u8) -> RotateKeys {
    RotateKeys { why, fresh: [fresh(seed), fresh(seed + 1)] }
}

fn begun() -> Vec<OauthKey> {
    rotation(Rotation::Due, 1).rotate(Vec::new(), NOW)
}

/// The states with the keys' ids, in the order in which the keys were made.
fn states(keys: &[OauthKey]) -> Vec<(KeyState, String)> {
    keys.iter().map(|key| (key.state, key.public.kid().to_owned())).collect()
}

fn kid(seed: u8) -> String {
    fresh(seed).public.kid().to_owned()
}

#[test]
fn the_first_start_makes_one_key_that_signs_and_one_to_follow() {
    let keys = begun();
    assert_eq!(states(&keys), [(KeyState::Active, kid(1)), (KeyState::Next, kid(2))]);
    assert!(!is_rotation_due(&keys, NOW));
    assert!(is_rotation_due(&[], NOW));
}

#[test]
fn whoever_is_second_changes_nothing() {
    let keys = begun();
    assert_eq!(rotation(Rotation::Due, 5).rotate(keys.clone(), NOW), keys);
    let mut tx = MockTx::new();
    tx.expect_take_oauth_keys().return_once(move || Ok(keys));
    let ending = rotation(Rotation::Due, 5).run(&mut Unit::new(&mut tx, &context()));
    assert!(matches!(ending, Ok(Ending::Preview(false))));
}

#[test]
fn after_its_period_a_key_gives_way_to_the_next() {
    let keys = begun();
    let eve = NOW.after(SIGNING_PERIOD - Duration::from_secs(1));
    assert!(!is_rotation_due(&keys, eve));
    let day = NOW.after(SIGNING_PERIOD);
    assert!(is_rotation_due(&keys, day));
    let keys = rotation(Rotation::Due, 5).rotate(keys, day);
    let expected =
        [(KeyState::Retiring, kid(1)), (KeyState::Active, kid(2)), (KeyState::Next, kid(6))];
    assert_eq!(states(&keys), expected);
    assert!(!is_rotation_due(&keys, day));
    let end = day.after(RETIRING_PERIOD);
    assert!(!is_rotation_due(&keys, end.before(Duration::from_secs(1))));
    assert!(is_rotation_due(&keys, end));
    let left = rotation(Rotation::Due, 8).rotate(keys, end);
    assert_eq!(states(&left), [(KeyState::Active, kid(2)), (KeyState::Next, kid(6))]);
}

#[test]
fn an_operator_need_not_wait() {
    let keys = rotation(Rotation::Now, 5).rotate(begun(), NOW);
    let expected =
        [(KeyState::Retiring, kid(1)), (KeyState::Active, kid(2)), (KeyState::Next, kid(6))];
    assert_eq!(states(&keys), expected);
}

#[test]
fn of_keys_that_others_may_know_none_stays() {
    let keys = rotation(Rotation::Now, 5).rotate(begun(), NOW);
    let keys = rotation(Rotation::Compromised, 8).rotate(keys, NOW);
    assert_eq!(states(&keys), [(KeyState::Active, kid(8)), (KeyState::Next, kid(9))]);
}

#[test]
fn what_changed_is_written_once() {
    let mut tx = MockTx::new();
    tx.expect_take_oauth_keys().return_once(|| Ok(Vec::new()));
    tx.expect_replace_oauth_keys()
        .withf(|keys, now| keys.len() == 2 && *now == NOW)
        .times(1)
        .return_once(|_, _| Ok(()));
    let ending = rotation(Rotation::Due, 1).run(&mut Unit::new(&mut tx, &context()));
    assert!(matches!(ending, Ok(Ending::Done(true))));
}

#[test]
fn a_stored_key_opens_with_the_ring() {
    let ring = KeyRing::try_new(1, [Kek::new(1, [9; 32])]).expect("one key makes a ring");
    for key in begun() {
        assert_eq!(key.open(&ring).map(|open| open.public().clone()), Ok(key.public.clone()));
    }
}
