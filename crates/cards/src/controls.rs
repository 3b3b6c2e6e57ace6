//! What a card may be spent on, as its holder set it.
//!
//! Invariants: amounts are positive, counts and lists are bounded, lists are sorted and have
//! nothing twice, the chip is never blocked. Deliberately absent: what was spent (that is
//! [`crate::Velocity`]) and the order in which rules are asked.

mod patch;
mod text;

use cardium_kernel::{Country, Money, Timestamp};

pub use patch::{ControlsPatch, MccMode, Patch, PatchError, WindowPatch};

use crate::{Channel, ChannelSet, Mcc, MccRange, Window};

/// Most MCC ranges of a rule.
pub const MCC_RANGES_MAXIMUM: usize = 500;
/// Most countries of a list; ISO 3166-1 has 249.
pub const COUNTRIES_MAXIMUM: usize = 250;
/// Most transactions that a window may be limited to.
pub const COUNT_MAXIMUM: i64 = 1_000_000;

/// How much, and how often, in one window; nothing where it is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowLimit {
    /// The greatest sum.
    pub amount: Option<Money>,
    /// The greatest number of transactions.
    pub count: Option<i64>,
}

/// Which kinds of merchant are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MccRule {
    /// All of them.
    #[default]
    Any,
    /// Only these.
    Allow(Vec<MccRange>),
    /// All but these.
    Deny(Vec<MccRange>),
}

impl MccRule {
    /// Its ranges.
    #[must_use]
    pub fn ranges(&self) -> &[MccRange] {
        match self {
            Self::Any => &[],
            Self::Allow(ranges) | Self::Deny(ranges) => ranges,
        }
    }

    /// The same rule, sorted; without ranges it is no rule.
    fn canonical(self) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Allow(ranges) | Self::Deny(ranges) if ranges.is_empty() => Self::Any,
            Self::Allow(ranges) => Self::Allow(sorted(ranges)),
            Self::Deny(ranges) => Self::Deny(sorted(ranges)),
        }
    }
}

/// Whether a card sticks to one merchant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MerchantLock {
    /// It does not.
    #[default]
    Off,
    /// It will, to the first merchant that is approved.
    Armed,
    /// It does, to the merchant with this id (ISO 8583 DE 42, without its padding).
    Locked(String),
}

/// Why controls cannot be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ControlsError {
    /// A limit is zero or less.
    #[error("a limit is more than zero")]
    Amount,
    /// A count is out of range.
    #[error("a count is from 1 to {COUNT_MAXIMUM}")]
    Count,
    /// Too many MCC ranges.
    #[error("at most {MCC_RANGES_MAXIMUM} merchant category codes or ranges")]
    MccRanges,
    /// Too many countries.
    #[error("at most {COUNTRIES_MAXIMUM} countries")]
    Countries,
    /// The chip cannot be blocked.
    #[error("the chip cannot be blocked")]
    Chip,
    /// A lock names no merchant.
    #[error("a lock names a merchant")]
    Merchant,
}

/// The facts of [`Controls`]. The default restricts nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlsRecord {
    /// The greatest amount of one transaction.
    pub per_transaction: Option<Money>,
    /// In a day (UTC).
    pub daily: WindowLimit,
    /// In a week (ISO 8601, UTC).
    pub weekly: WindowLimit,
    /// In a calendar month (UTC).
    pub monthly: WindowLimit,
    /// In all.
    pub lifetime: WindowLimit,
    /// Which kinds of merchant are taken.
    pub mcc: MccRule,
    /// Where merchants may be; empty for anywhere.
    pub allow_countries: Vec<Country>,
    /// Where merchants may not be.
    pub deny_countries: Vec<Country>,
    /// How the card may not be presented.
    pub blocked_channels: ChannelSet,
    /// Whether the card sticks to one merchant.
    pub merchant_lock: MerchantLock,
    /// Whether the card spends once only.
    pub single_use: bool,
    /// When the card stops spending, where that is before its expiry date.
    pub expires_at: Option<Timestamp>,
}

/// What a card may be spent on. Its record can be read; a changed one is a new value.
///
/// Most cards restrict nothing: they have no record at all, so carrying and cloning their
/// controls costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Controls(Option<Box<ControlsRecord>>);

static UNRESTRICTED: ControlsRecord = ControlsRecord {
    per_transaction: None,
    daily: WindowLimit { amount: None, count: None },
    weekly: WindowLimit { amount: None, count: None },
    monthly: WindowLimit { amount: None, count: None },
    lifetime: WindowLimit { amount: None, count: None },
    mcc: MccRule::Any,
    allow_countries: Vec::new(),
    deny_countries: Vec::new(),
    blocked_channels: ChannelSet::NONE,
    merchant_lock: MerchantLock::Off,
    single_use: false,
    expires_at: None,
};

impl std::ops::Deref for Controls {
    type Target = ControlsRecord;

    fn deref(&self) -> &ControlsRecord {
        self.0.as_deref().unwrap_or(&UNRESTRICTED)
    }
}

impl Controls {
    /// Controls of these facts, in canonical form.
    ///
    /// # Errors
    /// When an amount is not positive, a count or list is out of bounds, or the chip is blocked.
    pub fn try_new(record: ControlsRecord) -> Result<Self, ControlsError> {
        check(record.per_transaction.is_none_or(Money::is_positive), ControlsError::Amount)?;
        for window in Window::ALL {
            let limit = limit_of(&record, window);
            check(limit.amount.is_none_or(Money::is_positive), ControlsError::Amount)?;
            let in_range = limit.count.is_none_or(|count| (1..=COUNT_MAXIMUM).contains(&count));
            check(in_range, ControlsError::Count)?;
        }
        let (allow, deny) = (&record.allow_countries, &record.deny_countries);
        check(record.mcc.ranges().len() <= MCC_RANGES_MAXIMUM, ControlsError::MccRanges)?;
        check(allow.len().max(deny.len()) <= COUNTRIES_MAXIMUM, ControlsError::Countries)?;
        check(!record.blocked_channels.contains(Channel::Chip), ControlsError::Chip)?;
        let named =
            |lock: &MerchantLock| !matches!(lock, MerchantLock::Locked(id) if id.is_empty());
        check(named(&record.merchant_lock), ControlsError::Merchant)?;
        Ok(Self::canonical(ControlsRecord {
            mcc: record.mcc.canonical(),
            allow_countries: sorted(record.allow_countries),
            deny_countries: sorted(record.deny_countries),
            ..record
        }))
    }

    fn canonical(record: ControlsRecord) -> Self {
        Self((record != UNRESTRICTED).then(|| Box::new(record)))
    }

    /// Whether nothing is restricted.
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// The limit of a window.
    #[must_use]
    pub fn window(&self, window: Window) -> WindowLimit {
        limit_of(self, window)
    }

    /// Whether a merchant of this kind is taken. One whose kind cannot be read is not on any
    /// list: it passes a list of what is denied and fails one of what is allowed.
    #[must_use]
    pub fn allows_mcc(&self, mcc: Option<Mcc>) -> bool {
        let listed = mcc.is_some_and(|mcc| self.mcc.ranges().iter().any(|r| r.contains(mcc)));
        match self.mcc {
            MccRule::Any => true,
            MccRule::Allow(_) => listed,
            MccRule::Deny(_) => !listed,
        }
    }

    /// Whether a merchant of this country is taken; an unreadable one is on no list.
    #[must_use]
    pub fn allows_country(&self, country: Option<Country>) -> bool {
        let on = |list: &[Country]| country.is_some_and(|country| list.contains(&country));
        let allowed = self.allow_countries.is_empty() || on(&self.allow_countries);
        allowed && !on(&self.deny_countries)
    }

    /// Whether the card may be presented like this.
    #[must_use]
    pub fn allows_channel(&self, channel: Channel) -> bool {
        !self.blocked_channels.contains(channel)
    }

    /// Whether this merchant (DE 42) is taken. A lock, armed or shut, takes no merchant without
    /// an id: it could not be locked to.
    #[must_use]
    pub fn allows_merchant(&self, merchant_id: &str) -> bool {
        match &self.merchant_lock {
            MerchantLock::Off => true,
            MerchantLock::Armed => !merchant_id.trim().is_empty(),
            MerchantLock::Locked(locked) => locked == merchant_id.trim(),
        }
    }

    /// Whether the controls' own expiry has come.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// The same controls, locked to this merchant; nothing unless they were armed and the
    /// merchant has an id.
    #[must_use]
    pub fn locked_to(&self, merchant_id: &str) -> Option<Self> {
        let merchant = merchant_id.trim();
        let lockable = self.merchant_lock == MerchantLock::Armed && !merchant.is_empty();
        lockable.then(|| {
            let merchant_lock = MerchantLock::Locked(merchant.to_owned());
            let record: &ControlsRecord = self;
            Self::canonical(ControlsRecord { merchant_lock, ..record.clone() })
        })
    }

    /// The controls as the lines of one text, the same for the same controls; nothing where
    /// nothing is restricted.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        self.0.as_deref().map(text::write)
    }

    /// Reads the lines of [`Controls::to_text`].
    #[must_use]
    pub fn parse_text(text: &str) -> Option<Self> {
        text::read(text).and_then(|record| Self::try_new(record).ok())
    }
}

const fn limit_of(record: &ControlsRecord, window: Window) -> WindowLimit {
    match window {
        Window::Day => record.daily,
        Window::Week => record.weekly,
        Window::Month => record.monthly,
        Window::Lifetime => record.lifetime,
    }
}

fn check(holds: bool, error: ControlsError) -> Result<(), ControlsError> {
    if holds { Ok(()) } else { Err(error) }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

#[cfg(test)]
mod tests;
