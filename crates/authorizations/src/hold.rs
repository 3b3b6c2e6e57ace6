use std::time::Duration;

const DAY: u64 = 24 * 3_600;

/// How long an authorization holds money without being cleared: seven days (card scheme rules).
pub const HOLD_PERIOD: Duration = Duration::from_secs(7 * DAY);
/// The same for stays, rentals and journeys, whose final amount is known at their end: 31 days.
pub const TRAVEL_HOLD_PERIOD: Duration = Duration::from_secs(31 * DAY);

/// First and last merchant category code (ISO 18245) of airlines, car rentals and hotels: each
/// brand's own, then the general ones, with cruise lines and truck rental.
const TRAVEL: [(u16, u16); 9] = [
    (3_000, 3_350),
    (3_351, 3_500),
    (3_501, 3_999),
    (4_411, 4_411),
    (4_511, 4_511),
    (7_011, 7_011),
    (7_012, 7_012),
    (7_512, 7_513),
    (7_519, 7_519),
];

/// How long a merchant of this category holds money.
#[must_use]
pub fn hold_period(mcc: &str) -> Duration {
    let code: Option<u16> = mcc.parse().ok();
    let travel = code
        .is_some_and(|code| TRAVEL.iter().any(|(first, last)| (*first..=*last).contains(&code)));
    if travel { TRAVEL_HOLD_PERIOD } else { HOLD_PERIOD }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn travel_holds_longer() {
        for (mcc, period) in [
            ("5411", HOLD_PERIOD),
            ("", HOLD_PERIOD),
            ("2999", HOLD_PERIOD),
            ("3000", TRAVEL_HOLD_PERIOD),
            ("7011", TRAVEL_HOLD_PERIOD),
            ("4511", TRAVEL_HOLD_PERIOD),
            ("4000", HOLD_PERIOD),
        ] {
            assert_eq!(hold_period(mcc), period, "{mcc}");
        }
    }
}
