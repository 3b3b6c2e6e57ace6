use cardium_kernel::Change;

use super::*;
use crate::EndpointPatch;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);
const HOUR: Duration = Duration::from_secs(3_600);
const SECOND: Duration = Duration::from_secs(1);
const OLD: &[u8] = b"old";
const NEW: &[u8] = b"new";

fn endpoint() -> Endpoint {
    Endpoint { secret: OLD.to_vec(), ..crate::testing::endpoint() }
}

fn rotating() -> Endpoint {
    let mut endpoint = endpoint();
    endpoint.rotate(NEW.to_vec(), HOUR, NOW);
    endpoint
}

const fn alone(active: &[u8]) -> Signers<&[u8]> {
    Signers { active, next: None }
}

#[test]
fn both_sign_until_the_overlap_is_over() {
    let endpoint = rotating();
    let end = NOW.after(HOUR);
    assert_eq!((endpoint.updated_at, endpoint.version), (NOW, 2));
    for at in [NOW, end.before(SECOND)] {
        assert_eq!(endpoint.signers_at(at), Signers { active: OLD, next: Some(NEW) });
        assert_eq!(endpoint.takes_over_at(at), Some(end));
    }
    for at in [end, end.after(HOUR)] {
        assert_eq!(endpoint.signers_at(at), alone(NEW));
        assert_eq!(endpoint.takes_over_at(at), None);
    }
    assert_eq!(self::endpoint().signers_at(NOW), alone(OLD));
}

#[test]
fn without_an_overlap_the_new_one_takes_over_at_once() {
    let mut endpoint = rotating();
    endpoint.rotate(b"third".to_vec(), Duration::ZERO, NOW);
    assert_eq!(endpoint.signers_at(NOW), alone(b"third"));
    assert_eq!((endpoint.secret.as_slice(), &endpoint.next_secret), (&b"third"[..], &None));
}

#[test]
fn a_second_rotation_replaces_what_was_to_come_and_nothing_else() {
    let mut endpoint = rotating();
    endpoint.rotate(b"third".to_vec(), HOUR, NOW.after(SECOND));
    let signers = endpoint.signers_at(NOW.after(HOUR));
    assert_eq!(signers, Signers { active: OLD, next: Some(b"third".as_slice()) });
    // After the first one's time it is that one which stays active.
    let mut endpoint = rotating();
    endpoint.rotate(b"third".to_vec(), HOUR, NOW.after(HOUR));
    let signers = endpoint.signers_at(NOW.after(HOUR));
    assert_eq!(signers, Signers { active: NEW, next: Some(b"third".as_slice()) });
}

#[test]
fn confirming_ends_the_overlap_once() {
    let mut endpoint = rotating();
    let later = NOW.after(SECOND);
    assert_eq!(endpoint.confirm(later), Ok(()));
    assert_eq!(endpoint.signers_at(later), alone(NEW));
    assert_eq!((endpoint.secret.as_slice(), endpoint.updated_at), (NEW, later));
    for (mut ended, at) in
        [(endpoint, later), (rotating(), NOW.after(HOUR)), (self::endpoint(), NOW)]
    {
        let before = ended.clone();
        assert_eq!(ended.confirm(at), Err(WebhookError::NoRotation));
        assert_eq!(ended, before);
    }
}

#[test]
fn the_next_change_forgets_a_secret_whose_time_is_over() {
    let patch = EndpointPatch { description: Some("x".to_owned()), ..EndpointPatch::default() };
    let mut endpoint = rotating();
    assert_eq!(endpoint.change(patch.clone(), None, NOW.after(SECOND)), Ok(Change::Applied));
    assert_eq!(endpoint.secret, OLD);
    assert!(endpoint.next_secret.is_some());
    let mut endpoint = rotating();
    assert_eq!(endpoint.change(patch, None, NOW.after(HOUR)), Ok(Change::Applied));
    assert_eq!((endpoint.secret.as_slice(), &endpoint.next_secret), (NEW, &None));
}
