use cardium_cards::{Channel, Controls, MccMode, MerchantLock, Velocity, Window};
use cardium_kernel::{Money, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{amount::AmountOut, text::Text, word::Word};

/// How much a card may spend; what it did spend where that is known.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LimitsOut {
    per_transaction_usd: Option<AmountOut>,
    #[serde(flatten)]
    limits: SumsOut,
    used: Option<SumsOut>,
    remaining: Option<SumsOut>,
    resets_at: Option<ResetsOut>,
}

/// A sum and a number of transactions for each window.
#[derive(Debug, Serialize, JsonSchema)]
struct SumsOut {
    daily_usd: Option<AmountOut>,
    weekly_usd: Option<AmountOut>,
    monthly_usd: Option<AmountOut>,
    lifetime_usd: Option<AmountOut>,
    count_per_day: Option<i64>,
    count_per_week: Option<i64>,
    count_per_month: Option<i64>,
    count_lifetime: Option<i64>,
}

impl SumsOut {
    fn new(of: impl Fn(Window) -> (Option<Money>, Option<i64>)) -> Self {
        let [day, week, month, lifetime] = Window::ALL.map(of);
        Self {
            daily_usd: day.0.map(AmountOut),
            weekly_usd: week.0.map(AmountOut),
            monthly_usd: month.0.map(AmountOut),
            lifetime_usd: lifetime.0.map(AmountOut),
            count_per_day: day.1,
            count_per_week: week.1,
            count_per_month: month.1,
            count_lifetime: lifetime.1,
        }
    }
}

/// When the windows end.
#[derive(Debug, Serialize, JsonSchema)]
struct ResetsOut {
    daily: Option<Text<Timestamp>>,
    weekly: Option<Text<Timestamp>>,
    monthly: Option<Text<Timestamp>>,
}

impl LimitsOut {
    /// The limits alone.
    pub(crate) fn new(controls: &Controls) -> Self {
        let limit = |window| (controls.window(window).amount, controls.window(window).count);
        Self {
            per_transaction_usd: controls.per_transaction.map(AmountOut),
            limits: SumsOut::new(limit),
            used: None,
            remaining: None,
            resets_at: None,
        }
    }

    /// The limits with what was spent.
    pub(crate) fn spent(controls: &Controls, velocity: &Velocity, now: Timestamp) -> Self {
        let used = |window| velocity.used(window, now);
        let remaining = |window| {
            let limit = controls.window(window);
            let amount = limit.amount.map(|amount| left(amount, used(window).amount));
            let left = |count: i64| count.saturating_sub(used(window).count).max(0);
            (amount, limit.count.map(left))
        };
        let resets_at = |window| velocity.resets_at(window, now).map(Text);
        Self {
            used: Some(SumsOut::new(|window| {
                (Some(used(window).amount), Some(used(window).count))
            })),
            remaining: Some(SumsOut::new(remaining)),
            resets_at: Some(ResetsOut {
                daily: resets_at(Window::Day),
                weekly: resets_at(Window::Week),
                monthly: resets_at(Window::Month),
            }),
            ..Self::new(controls)
        }
    }
}

/// What a limit leaves; nothing where more was spent than it allows.
fn left(limit: Money, used: Money) -> Money {
    let left = limit.minus(used).unwrap_or(Money::zero(limit.currency()));
    if left.is_negative() { Money::zero(limit.currency()) } else { left }
}

/// Which kinds of merchant a card takes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MccOut {
    #[schemars(with = "Option<Word<MccMode>>")]
    mode: Option<&'static str>,
    mccs: Vec<String>,
}

impl From<&Controls> for MccOut {
    fn from(controls: &Controls) -> Self {
        Self { mode: controls.mcc.mode().map(MccMode::as_str), mccs: texts(controls.mcc.ranges()) }
    }
}

/// Where a card may be spent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GeoOut {
    allow_countries: Vec<String>,
    deny_countries: Vec<String>,
}

impl From<&Controls> for GeoOut {
    fn from(controls: &Controls) -> Self {
        Self {
            allow_countries: texts(&controls.allow_countries),
            deny_countries: texts(&controls.deny_countries),
        }
    }
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

/// How a card may be used.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ControlsOut {
    single_use: bool,
    merchant_lock: bool,
    locked_merchant_id: Option<String>,
    expires_at: Option<Text<Timestamp>>,
    channels: ChannelsOut,
}

/// Whether a card may be presented through a channel.
#[derive(Debug, Serialize, JsonSchema)]
struct ChannelsOut {
    ecommerce: bool,
    contactless: bool,
    atm: bool,
    magstripe: bool,
}

impl From<&Controls> for ControlsOut {
    fn from(controls: &Controls) -> Self {
        let locked = match &controls.merchant_lock {
            MerchantLock::Off | MerchantLock::Armed => None,
            MerchantLock::Locked(merchant) => Some(merchant.clone()),
        };
        Self {
            single_use: controls.single_use,
            merchant_lock: controls.merchant_lock != MerchantLock::Off,
            locked_merchant_id: locked,
            expires_at: controls.expires_at.map(Text),
            channels: ChannelsOut {
                ecommerce: controls.allows_channel(Channel::Ecommerce),
                contactless: controls.allows_channel(Channel::Contactless),
                atm: controls.allows_channel(Channel::Atm),
                magstripe: controls.allows_channel(Channel::Magstripe),
            },
        }
    }
}
