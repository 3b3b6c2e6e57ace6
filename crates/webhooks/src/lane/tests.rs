use proptest::prelude::*;

use super::*;
use crate::AttemptFailure;

fn pace(width: i64) -> Pace {
    Pace::restore(width, if width <= NARROW { Care::Careful } else { Care::Swift })
}

fn attempt(outcome: Result<u16, AttemptFailure>, took_ms: i64) -> Attempt {
    Attempt { at: Timestamp::EPOCH, took_ms, outcome, excerpt: String::new() }
}

fn visited(count: i64, outcome: Result<u16, AttemptFailure>, took_ms: i64) -> Visited {
    let mut visited = Visited::default();
    (0..count).for_each(|_| visited.note(&attempt(outcome, took_ms)));
    visited
}

#[test]
fn a_lane_is_as_wide_as_its_receiver_answers() {
    for (width, count, outcome, took_ms, expected) in [
        // Full and quick: twice as wide, up to a bound.
        (8, 128, Ok(204), 20, 16),
        (16, 256, Ok(204), 20, 32),
        (32, 256, Ok(204), 20, 32),
        // Quick, but with little to send: one wider, up to where all begin.
        (2, 1, Ok(204), 20, 3),
        (7, 1, Ok(204), 20, 8),
        (8, 1, Ok(204), 20, 8),
        (20, 1, Ok(204), 20, 20),
        // Refusing, or neither quick nor slow: as it was.
        (8, 128, Ok(500), 20, 8),
        (8, 128, Ok(204), 1_500, 8),
        // Slow: half, but never wider than before.
        (32, 10, Ok(204), 2_001, 16),
        (6, 10, Ok(204), 9_000, 4),
        (1, 10, Ok(204), 9_000, 1),
        // Nothing was sent.
        (8, 0, Ok(204), 0, 8),
        // No answer.
        (32, 1, Err(AttemptFailure::Timeout), 10_000, 8),
        (8, 1, Err(AttemptFailure::Connect), 1, 2),
        (1, 1, Err(AttemptFailure::Timeout), 10_000, 1),
    ] {
        let after = pace(width).after(&visited(count, outcome, took_ms));
        assert_eq!(after.width(), expected, "{width} after {count} x {outcome:?}, {took_ms} ms");
    }
}

#[test]
fn a_receiver_that_does_not_answer_is_handled_with_care() {
    let silent = visited(1, Err(AttemptFailure::Timeout), 10_000);
    assert_eq!(pace(32).after(&silent), Pace { width: 8, care: Care::Careful });
    let mut pace = pace(1);
    let mut visits = 0;
    while pace.care() == Care::Careful {
        pace = pace.after(&visited(pace.visit(), Ok(200), 5));
        visits += 1;
    }
    assert_eq!((visits, pace.width()), (3, 8));
}

#[test]
fn a_silent_lane_rests_the_longer_the_longer_it_fails() {
    let now = Timestamp::from_unix_seconds(1_000_000);
    let silent = visited(1, Err(AttemptFailure::Timeout), 10_000);
    for (seconds, rest_ms) in [(0, 1_000), (9, 1_000), (50, 5_000), (86_400, 10_000)] {
        let since = Some(now.before(Duration::from_secs(seconds)));
        assert_eq!(silent.rest(since, now), Duration::from_millis(rest_ms), "{seconds}");
    }
    assert_eq!(silent.rest(None, now), REST_MIN);
    assert_eq!(visited(3, Ok(500), 10).rest(Some(Timestamp::EPOCH), now), Duration::ZERO);
}

fn outcomes() -> impl Strategy<Value = Result<u16, AttemptFailure>> {
    prop_oneof![
        Just(Ok(200)),
        Just(Ok(302)),
        Just(Ok(503)),
        Just(Err(AttemptFailure::Timeout)),
        Just(Err(AttemptFailure::Connect)),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_lane_stays_within_its_bounds(
        start in 1_i64..=32,
        visits in prop::collection::vec(
            prop::collection::vec((outcomes(), 0_i64..20_000, 1..150), 0..4), 0..12),
    ) {
        let mut pace = pace(start);
        for attempts in visits {
            let mut visited = Visited::default();
            for (outcome, took, count) in attempts {
                (0..count).for_each(|_| visited.note(&attempt(outcome, took)));
            }
            let after = pace.after(&visited);
            prop_assert!((1..=Pace::WIDEST).contains(&after.width()));
            prop_assert!((1..=VISIT_MAX).contains(&after.visit()));
            prop_assert!(after.width() > NARROW || visited == Visited::default()
                || after.care() == Care::Careful);
            if visited.is_unanswered() {
                prop_assert_eq!(after.care(), Care::Careful);
                prop_assert!(after.width() <= pace.width());
            }
            pace = after;
        }
    }
}
