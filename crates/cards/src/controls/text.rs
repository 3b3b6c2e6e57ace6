//! Controls as text, for one column: a line a rule, only those that are set, in a fixed order.
//! The merchant's id comes last and ends with the text, so that it may hold any character.

use cardium_kernel::{Country, Currency, Money, Timestamp};

use super::{ControlsRecord, MccRule, MerchantLock, WindowLimit, limit_of};
use crate::{Channel, MccRange, Window};

const LOCKED: &str = "merchant_lock ";

pub(super) fn write(record: &ControlsRecord) -> String {
    let mut lines = Vec::new();
    let mut line = |rule: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{rule} {value}")));
    };
    line("per_transaction", record.per_transaction.map(amount));
    for window in Window::ALL {
        let limit = limit_of(record, window);
        line(&format!("{}_amount", window.as_str()), limit.amount.map(amount));
        line(&format!("{}_count", window.as_str()), limit.count.map(|count| count.to_string()));
    }
    match &record.mcc {
        MccRule::Any => {}
        MccRule::Allow(ranges) => line("mcc_allow", join(ranges)),
        MccRule::Deny(ranges) => line("mcc_deny", join(ranges)),
    }
    line("countries_allow", join(&record.allow_countries));
    line("countries_deny", join(&record.deny_countries));
    let blocked: Vec<&str> = record.blocked_channels.iter().map(Channel::as_str).collect();
    line("channels_blocked", join(&blocked));
    line("single_use", record.single_use.then(|| "yes".to_owned()));
    line("expires_at", record.expires_at.map(|at| at.unix_micros().to_string()));
    match &record.merchant_lock {
        MerchantLock::Off => {}
        MerchantLock::Armed => line("merchant_lock_armed", Some("yes".to_owned())),
        MerchantLock::Locked(merchant) => line(LOCKED.trim_end(), Some(merchant.clone())),
    }
    lines.join("\n")
}

pub(super) fn read(text: &str) -> Option<ControlsRecord> {
    let mut record = ControlsRecord::default();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(merchant) = rest.strip_prefix(LOCKED) {
            record.merchant_lock = MerchantLock::Locked(merchant.to_owned());
            break;
        }
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let (rule, value) = line.split_once(' ')?;
        apply(&mut record, rule, value)?;
        rest = after;
    }
    Some(record)
}

fn apply(record: &mut ControlsRecord, rule: &str, value: &str) -> Option<()> {
    let yes = || (value == "yes").then_some(true);
    match rule {
        "per_transaction" => record.per_transaction = Some(read_amount(value)?),
        "mcc_allow" => record.mcc = MccRule::Allow(split(value, MccRange::parse)?),
        "mcc_deny" => record.mcc = MccRule::Deny(split(value, MccRange::parse)?),
        "countries_allow" => record.allow_countries = split(value, Country::parse)?,
        "countries_deny" => record.deny_countries = split(value, Country::parse)?,
        "channels_blocked" => {
            record.blocked_channels = split(value, Channel::parse)?.into_iter().collect();
        }
        "single_use" => record.single_use = yes()?,
        "expires_at" => {
            record.expires_at = Some(Timestamp::from_unix_micros(value.parse().ok()?));
        }
        "merchant_lock_armed" => {
            yes()?;
            record.merchant_lock = MerchantLock::Armed;
        }
        _ => apply_window(record, rule, value)?,
    }
    Some(())
}

fn apply_window(record: &mut ControlsRecord, rule: &str, value: &str) -> Option<()> {
    let (window, kind) = rule.split_once('_')?;
    let limit = limit_mut(record, Window::parse(window)?);
    match kind {
        "amount" => limit.amount = Some(read_amount(value)?),
        "count" => limit.count = Some(value.parse().ok()?),
        _ => return None,
    }
    Some(())
}

const fn limit_mut(record: &mut ControlsRecord, window: Window) -> &mut WindowLimit {
    match window {
        Window::Day => &mut record.daily,
        Window::Week => &mut record.weekly,
        Window::Month => &mut record.monthly,
        Window::Lifetime => &mut record.lifetime,
    }
}

/// Minor units and currency, such as `50000 USD`.
fn amount(money: Money) -> String {
    format!("{} {}", money.minor(), money.currency())
}

fn read_amount(text: &str) -> Option<Money> {
    let (minor, currency) = text.split_once(' ')?;
    Some(Money::new(minor.parse().ok()?, Currency::from_code(currency)?))
}

fn join<T: ToString>(items: &[T]) -> Option<String> {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    (!items.is_empty()).then(|| items.join(","))
}

fn split<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(parse).collect()
}
