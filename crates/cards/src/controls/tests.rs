use proptest::{collection::vec, option, prelude::*};

use super::*;

fn mcc(text: &str) -> Option<Mcc> {
    Mcc::parse(text)
}

fn controls(record: ControlsRecord) -> Controls {
    Controls::try_new(record).unwrap()
}

fn ranges(texts: &[&str]) -> Vec<MccRange> {
    texts.iter().map(|text| MccRange::parse(text).unwrap()).collect()
}

fn countries(texts: &[&str]) -> Vec<Country> {
    texts.iter().map(|text| Country::parse(text).unwrap()).collect()
}

#[test]
fn nothing_set_restricts_nothing() {
    let none = Controls::default();
    assert!(none.is_default() && none.to_text().is_none());
    assert!(none.allows_mcc(None) && none.allows_country(None) && none.allows_merchant(""));
    assert!(Channel::ALL.into_iter().all(|channel| none.allows_channel(channel)));
    assert!(!none.is_expired(Timestamp::from_unix_micros(i64::MAX)));
}

#[test]
fn merchant_kinds_are_listed_by_range() {
    let rule = ranges(&["5411", "3000-3299"]);
    let allow = controls(ControlsRecord { mcc: MccRule::Allow(rule.clone()), ..default() });
    let deny = controls(ControlsRecord { mcc: MccRule::Deny(rule), ..default() });
    for (text, listed) in [("5411", true), ("3150", true), ("7995", false)] {
        assert_eq!(allow.allows_mcc(mcc(text)), listed, "{text}");
        assert_eq!(deny.allows_mcc(mcc(text)), !listed, "{text}");
    }
    assert!(!allow.allows_mcc(None) && deny.allows_mcc(None));
    let empty = controls(ControlsRecord { mcc: MccRule::Allow(Vec::new()), ..default() });
    assert!(empty.is_default(), "an empty list is no rule");
}

#[test]
fn a_denied_country_is_denied_even_if_allowed() {
    let (allow_countries, deny_countries) = (countries(&["DE", "FR"]), countries(&["FR"]));
    let both = controls(ControlsRecord { allow_countries, deny_countries, ..default() });
    let allows = |text| both.allows_country(Country::parse(text));
    assert!(allows("DE") && !allows("FR") && !allows("US") && !allows("??"));
    let deny = controls(ControlsRecord { deny_countries: countries(&["FR"]), ..default() });
    assert!(deny.allows_country(None));
}

#[test]
fn a_lock_shuts_once_and_takes_no_stranger() {
    let armed = controls(ControlsRecord { merchant_lock: MerchantLock::Armed, ..default() });
    assert!(armed.allows_merchant("SHOP1") && !armed.allows_merchant("   "));
    assert!(armed.locked_to("  ").is_none());
    let locked = armed.locked_to("SHOP1          ").unwrap();
    assert!(locked.allows_merchant("SHOP1") && locked.allows_merchant("SHOP1  "));
    assert!(!locked.allows_merchant("SHOP2") && !locked.allows_merchant(""));
    assert!(locked.locked_to("SHOP2").is_none());
    assert!(Controls::default().locked_to("SHOP1").is_none());
}

#[test]
fn the_controls_expire_at_their_moment() {
    let at = Timestamp::from_unix_seconds(100);
    let expiring = controls(ControlsRecord { expires_at: Some(at), ..default() });
    assert!(expiring.is_expired(at));
    assert!(!expiring.is_expired(Timestamp::from_unix_seconds(99)));
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let window = |amount, count| WindowLimit { amount, count };
    let many = |length| vec![MccRange::parse("5411").unwrap(); length];
    for (record, expected) in [
        (
            ControlsRecord { per_transaction: Some(Money::usd(0)), ..default() },
            ControlsError::Amount,
        ),
        (
            ControlsRecord { weekly: window(Some(Money::usd(-1)), None), ..default() },
            ControlsError::Amount,
        ),
        (ControlsRecord { daily: window(None, Some(0)), ..default() }, ControlsError::Count),
        (
            ControlsRecord { lifetime: window(None, Some(1_000_001)), ..default() },
            ControlsError::Count,
        ),
        (ControlsRecord { mcc: MccRule::Deny(many(501)), ..default() }, ControlsError::MccRanges),
        (
            ControlsRecord { deny_countries: countries(&["DE"; 251]), ..default() },
            ControlsError::Countries,
        ),
        (ControlsRecord { blocked_channels: ChannelSet::ALL, ..default() }, ControlsError::Chip),
        (
            ControlsRecord { merchant_lock: MerchantLock::Locked(String::new()), ..default() },
            ControlsError::Merchant,
        ),
    ] {
        assert_eq!(Controls::try_new(record), Err(expected));
    }
}

#[test]
fn the_text_is_a_line_a_rule() {
    let record = ControlsRecord {
        per_transaction: Some(Money::usd(5_000)),
        daily: WindowLimit { amount: Some(Money::usd(10_000)), count: Some(3) },
        mcc: MccRule::Deny(ranges(&["7995", "3000-3299"])),
        allow_countries: countries(&["FR", "DE", "FR"]),
        blocked_channels: ChannelSet::default().with(Channel::Atm),
        merchant_lock: MerchantLock::Locked("SHOP\n1".into()),
        ..default()
    };
    let text = "per_transaction 5000 USD\nday_amount 10000 USD\nday_count 3\n\
                mcc_deny 3000-3299,7995\ncountries_allow DE,FR\nchannels_blocked atm\n\
                merchant_lock SHOP\n1";
    assert_eq!(controls(record).to_text().as_deref(), Some(text));
}

#[test]
fn damaged_text_is_not_read() {
    for text in [
        "nonsense",
        "day_amount 5",
        "day_amount 5 XXX",
        "day_count 0",
        "year_count 1",
        "day_colour 1",
        "mcc_allow 54",
        "channels_blocked chip",
        "single_use no",
        "merchant_lock ",
    ] {
        assert_eq!(Controls::parse_text(text), None, "{text:?}");
    }
}

fn default() -> ControlsRecord {
    ControlsRecord::default()
}

fn amounts() -> impl Strategy<Value = Option<Money>> {
    option::of((1..=i64::MAX).prop_map(Money::usd))
}

fn limits() -> impl Strategy<Value = WindowLimit> {
    (amounts(), option::of(1..=COUNT_MAXIMUM))
        .prop_map(|(amount, count)| WindowLimit { amount, count })
}

fn mcc_rules() -> impl Strategy<Value = MccRule> {
    let code = (0_u16..10_000, 0_u16..10_000);
    let range = code.prop_map(|(one, other)| {
        MccRange::parse(&format!("{:04}-{:04}", one.min(other), one.max(other))).unwrap()
    });
    (vec(range, 0..5), 0..3).prop_map(|(ranges, kind)| match kind {
        0 => MccRule::Any,
        1 => MccRule::Allow(ranges),
        _ => MccRule::Deny(ranges),
    })
}

fn locks() -> impl Strategy<Value = MerchantLock> {
    prop_oneof![
        Just(MerchantLock::Off),
        Just(MerchantLock::Armed),
        "(?s).{1,15}".prop_map(MerchantLock::Locked),
    ]
}

fn country_lists() -> impl Strategy<Value = Vec<Country>> {
    vec("[A-Z]{2}".prop_map(|text| Country::parse(&text).unwrap()), 0..5)
}

fn records() -> impl Strategy<Value = ControlsRecord> {
    let sums = (amounts(), limits(), limits(), limits(), limits());
    let places = (mcc_rules(), country_lists(), country_lists());
    let channels = vec(0_usize..4, 0..4).prop_map(|picks| {
        picks.into_iter().map(|pick| Channel::BLOCKABLE[pick]).collect::<ChannelSet>()
    });
    let rest = (channels, locks(), any::<bool>(), option::of(any::<i64>()));
    (sums, places, rest).prop_map(|(sums, (mcc, allow, deny), rest)| ControlsRecord {
        per_transaction: sums.0,
        daily: sums.1,
        weekly: sums.2,
        monthly: sums.3,
        lifetime: sums.4,
        mcc,
        allow_countries: allow,
        deny_countries: deny,
        blocked_channels: rest.0,
        merchant_lock: rest.1,
        single_use: rest.2,
        expires_at: rest.3.map(Timestamp::from_unix_micros),
    })
}

proptest! {
    #[test]
    fn text_round_trips(record in records()) {
        let controls = Controls::try_new(record).unwrap();
        match controls.to_text() {
            None => prop_assert!(controls.is_default()),
            Some(text) => prop_assert_eq!(Controls::parse_text(&text), Some(controls)),
        }
    }
}
