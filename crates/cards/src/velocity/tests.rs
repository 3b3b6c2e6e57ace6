use cardium_kernel::Currency;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn velocity(now: Timestamp) -> Velocity {
    Velocity::new(CardId::new(0x100), now)
}

fn amounts(velocity: &Velocity, now: Timestamp) -> [i64; 4] {
    Window::ALL.map(|window| velocity.used(window, now).amount.minor())
}

#[test]
fn each_window_forgets_when_its_time_is_over() {
    let sunday = at("2026-11-29T23:59:59Z");
    let mut spent = velocity(sunday);
    spent.spend(sunday, Money::usd(500), 1).unwrap();
    for (now, expected) in [
        ("2026-11-29T23:59:59.999Z", [500, 500, 500, 500]),
        ("2026-11-30T00:00:00Z", [0, 0, 500, 500]),
        ("2026-12-01T00:00:00Z", [0, 0, 0, 500]),
    ] {
        assert_eq!(amounts(&spent, at(now)), expected, "{now}");
    }
    assert_eq!(spent.version, 1);
}

#[test]
fn resets_are_told_for_all_but_the_lifetime() {
    let now = at("2026-11-21T17:30:00Z");
    let resets = Window::ALL.map(|window| velocity(now).resets_at(window, now));
    let midnight = |date: &str| Some(at(&format!("{date}T00:00:00Z")));
    let expected = ["2026-11-22", "2026-11-23", "2026-12-01"].map(midnight);
    assert_eq!(resets[..3], expected);
    assert_eq!(resets[3], None);
    let later = velocity(now).resets_at(Window::Day, at("2026-11-25T00:00:00Z"));
    assert_eq!(later, midnight("2026-11-26"));
}

#[test]
fn a_clock_that_runs_behind_counts_in_the_stored_window() {
    let (late, today) = (at("2026-11-30T23:59:59Z"), at("2026-12-01T00:00:01Z"));
    let mut spent = velocity(today);
    spent.spend(today, Money::usd(100), 1).unwrap();
    spent.spend(late, Money::usd(20), 1).unwrap();
    assert_eq!(amounts(&spent, late), [120; 4]);
    assert_eq!(spent.month.start, today.month_start());
}

#[test]
fn only_windows_that_have_not_passed_are_taken_back_from() {
    let (friday, saturday) = (at("2026-11-20T12:00:00Z"), at("2026-11-21T12:00:00Z"));
    let mut spent = velocity(friday);
    spent.spend(friday, Money::usd(300), 1).unwrap();
    spent.spend(saturday, Money::usd(50), 1).unwrap();
    spent.take_back(friday, Money::usd(300), 1).unwrap();
    assert_eq!(amounts(&spent, saturday), [50; 4]);
    assert_eq!(Window::ALL.map(|window| spent.used(window, saturday).count), [1; 4]);
}

#[test]
fn a_spend_that_cannot_be_counted_changes_nothing() {
    let now = at("2026-11-21T12:00:00Z");
    let mut spent = velocity(now);
    spent.spend(now, Money::usd(5), 1).unwrap();
    let before = spent.clone();
    assert!(spent.spend(now, Money::new(5, Currency::Eur), 1).is_err());
    assert_eq!(spent.spend(now, Money::usd(i64::MAX), 1), Err(MoneyError::Overflow));
    assert_eq!(spent, before);
}

#[test]
fn wrong_codes_count_until_one_is_right_or_a_day_is_over() {
    let now = at("2026-11-21T12:00:00Z");
    let mut spent = velocity(now);
    spent.cvv_matched();
    assert_eq!(spent.version, 0, "nothing to forget is no change");
    spent.cvv_failed(now);
    spent.cvv_failed(now.after(Duration::from_secs(60)));
    assert_eq!(spent.cvv_failures(now.after(Duration::from_secs(60))), 2);
    assert_eq!(spent.cvv_failures(now.after(CVV_MEMORY)), 2);
    let forgotten = now.after(CVV_MEMORY).after(Duration::from_secs(60));
    assert_eq!(spent.cvv_failures(forgotten), 0);
    spent.cvv_failed(forgotten);
    assert_eq!(spent.cvv_failures(forgotten), 1);
    spent.cvv_matched();
    assert_eq!(spent.cvv_failures(forgotten), 0);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Spend(i64, i64),
    TakeBack(i64, i64),
}

/// Moments of about three months, in minutes.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let minutes = 0_i64..130_000;
    let step = (minutes, -1_000_i64..1_000_000, any::<bool>()).prop_map(|(at, amount, spend)| {
        if spend { Step::Spend(at, amount) } else { Step::TakeBack(at, amount) }
    });
    proptest::collection::vec(step, 1..40)
}

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_795_000_000 + minutes * 60)
}

proptest! {
    #[test]
    fn nothing_is_negative_and_windows_never_move_back(steps in steps()) {
        let mut velocity = velocity(minute(60_000));
        for step in steps {
            let before = velocity.clone();
            match step {
                Step::Spend(at, amount) => velocity.spend(minute(at), Money::usd(amount), 1),
                Step::TakeBack(at, amount) => velocity.take_back(minute(at), Money::usd(amount), 1),
            }
            .unwrap();
            for window in Window::ALL {
                let (old, new) = (before.tally(window), velocity.tally(window));
                prop_assert!(old.start <= new.start);
                prop_assert!(!new.amount.is_negative() && new.count >= 0);
            }
        }
    }

    #[test]
    fn taking_back_in_the_same_window_is_neutral(
        first in 0_i64..1_000_000,
        second in 0_i64..1_000_000,
        minutes in 0_i64..130_000,
    ) {
        let now = minute(minutes);
        let mut velocity = velocity(now);
        velocity.spend(now, Money::usd(first), 1).unwrap();
        let before = amounts(&velocity, now);
        velocity.spend(now, Money::usd(second), 1).unwrap();
        velocity.take_back(now, Money::usd(second), 1).unwrap();
        prop_assert_eq!(amounts(&velocity, now), before);
    }
}
