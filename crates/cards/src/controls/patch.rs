use cardium_kernel::{Country, Money, Timestamp};

use super::{Controls, ControlsError, ControlsRecord, MccRule, MerchantLock, WindowLimit};
use crate::{Channel, MccRange};

/// What becomes of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T: Copy> Patch<T> {
    fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }
}

/// What becomes of a window's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowPatch {
    /// The greatest sum.
    pub amount: Patch<Money>,
    /// The greatest number of transactions.
    pub count: Patch<i64>,
}

impl WindowPatch {
    fn apply(self, limit: &mut WindowLimit) {
        self.amount.apply(&mut limit.amount);
        self.count.apply(&mut limit.count);
    }
}

/// Whether listed merchants are taken or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MccMode {
    /// Only those on the list.
    Allow,
    /// All but those on the list.
    Deny,
}

impl MccMode {
    /// The mode's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    /// The mode with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Allow, Self::Deny].into_iter().find(|mode| mode.as_str() == text)
    }

    const fn rule(self, ranges: Vec<MccRange>) -> MccRule {
        match self {
            Self::Allow => MccRule::Allow(ranges),
            Self::Deny => MccRule::Deny(ranges),
        }
    }
}

impl MccRule {
    /// Its mode, where there is a rule.
    #[must_use]
    pub const fn mode(&self) -> Option<MccMode> {
        match self {
            Self::Any => None,
            Self::Allow(_) => Some(MccMode::Allow),
            Self::Deny(_) => Some(MccMode::Deny),
        }
    }
}

/// A change of controls: what it does not name stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlsPatch {
    /// The greatest amount of one transaction.
    pub per_transaction: Patch<Money>,
    /// In a day.
    pub daily: WindowPatch,
    /// In a week.
    pub weekly: WindowPatch,
    /// In a month.
    pub monthly: WindowPatch,
    /// In all.
    pub lifetime: WindowPatch,
    /// Whether listed merchants are taken or refused.
    pub mcc_mode: Option<MccMode>,
    /// The list of merchant kinds; an empty one is no rule.
    pub mcc_ranges: Option<Vec<MccRange>>,
    /// Where merchants may be; empty for anywhere.
    pub allow_countries: Option<Vec<Country>>,
    /// Where merchants may not be.
    pub deny_countries: Option<Vec<Country>>,
    /// Channels to block (false) or to open (true).
    pub channels: Vec<(Channel, bool)>,
    /// Whether the card sticks to one merchant; one that does already keeps its merchant.
    pub merchant_lock: Option<bool>,
    /// Whether the card spends once only.
    pub single_use: Option<bool>,
    /// When the card stops spending.
    pub expires_at: Patch<Timestamp>,
}

/// Why a change of controls cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The card has no merchant rule yet, so the change must say of which mode it is.
    #[error("a first rule for merchants needs its mode")]
    MccModeMissing,
    /// The card has no merchant rule yet, so the change must list the merchants.
    #[error("a first rule for merchants needs its list")]
    MccRangesMissing,
    /// What comes out is out of bounds.
    #[error(transparent)]
    Controls(#[from] ControlsError),
}

impl ControlsPatch {
    /// The controls after the change.
    ///
    /// # Errors
    /// When they would be incomplete or out of bounds.
    pub fn apply(&self, controls: &Controls) -> Result<Controls, PatchError> {
        let record: &ControlsRecord = controls;
        let mut record = record.clone();
        self.per_transaction.apply(&mut record.per_transaction);
        self.daily.apply(&mut record.daily);
        self.weekly.apply(&mut record.weekly);
        self.monthly.apply(&mut record.monthly);
        self.lifetime.apply(&mut record.lifetime);
        record.mcc = self.mcc(record.mcc)?;
        if let Some(countries) = &self.allow_countries {
            record.allow_countries.clone_from(countries);
        }
        if let Some(countries) = &self.deny_countries {
            record.deny_countries.clone_from(countries);
        }
        for (channel, open) in &self.channels {
            let blocked = record.blocked_channels;
            record.blocked_channels =
                if *open { blocked.without(*channel) } else { blocked.with(*channel) };
        }
        record.merchant_lock = self.lock(record.merchant_lock);
        record.single_use = self.single_use.unwrap_or(record.single_use);
        self.expires_at.apply(&mut record.expires_at);
        Ok(Controls::try_new(record)?)
    }

    fn mcc(&self, rule: MccRule) -> Result<MccRule, PatchError> {
        match (self.mcc_mode, &self.mcc_ranges) {
            (None, None) => Ok(rule),
            (_, Some(ranges)) if ranges.is_empty() => Ok(MccRule::Any),
            (mode, Some(ranges)) => {
                let mode = mode.or(rule.mode()).ok_or(PatchError::MccModeMissing)?;
                Ok(mode.rule(ranges.clone()))
            }
            (Some(_), None) if rule == MccRule::Any => Err(PatchError::MccRangesMissing),
            (Some(mode), None) => Ok(mode.rule(rule.ranges().to_vec())),
        }
    }

    fn lock(&self, lock: MerchantLock) -> MerchantLock {
        match (self.merchant_lock, lock) {
            (Some(false), _) => MerchantLock::Off,
            (Some(true), MerchantLock::Off) => MerchantLock::Armed,
            (Some(true) | None, lock) => lock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(texts: &[&str]) -> Option<Vec<MccRange>> {
        Some(texts.iter().map(|text| MccRange::parse(text).unwrap()).collect())
    }

    fn applied(patch: &ControlsPatch, controls: &Controls) -> Controls {
        patch.apply(controls).unwrap()
    }

    #[test]
    fn what_is_not_named_stays() {
        let daily = |amount, count| WindowPatch { amount, count };
        let first = ControlsPatch {
            per_transaction: Patch::Set(Money::usd(500)),
            daily: daily(Patch::Set(Money::usd(1_000)), Patch::Set(3)),
            single_use: Some(true),
            ..Default::default()
        };
        let first = applied(&first, &Controls::default());
        let second = ControlsPatch {
            daily: daily(Patch::Clear, Patch::Keep),
            channels: vec![(Channel::Atm, false)],
            ..Default::default()
        };
        let second = applied(&second, &first);
        assert_eq!(second.per_transaction, Some(Money::usd(500)));
        assert_eq!(second.daily, WindowLimit { amount: None, count: Some(3) });
        assert!(second.single_use && !second.allows_channel(Channel::Atm));
        let open = ControlsPatch { channels: vec![(Channel::Atm, true)], ..Default::default() };
        assert!(applied(&open, &second).allows_channel(Channel::Atm));
        assert_eq!(applied(&ControlsPatch::default(), &second), second);
    }

    #[test]
    fn a_first_merchant_rule_is_whole() {
        let none = Controls::default();
        let list = ControlsPatch { mcc_ranges: ranges(&["5411"]), ..Default::default() };
        assert_eq!(list.apply(&none), Err(PatchError::MccModeMissing));
        let mode = ControlsPatch { mcc_mode: Some(MccMode::Deny), ..Default::default() };
        assert_eq!(mode.apply(&none), Err(PatchError::MccRangesMissing));
        let whole = ControlsPatch { mcc_mode: Some(MccMode::Allow), ..list.clone() };
        let allow = applied(&whole, &none);
        assert_eq!(allow.mcc, MccRule::Allow(ranges(&["5411"]).unwrap()));
        assert_eq!(applied(&mode, &allow).mcc, MccRule::Deny(ranges(&["5411"]).unwrap()));
        assert_eq!(applied(&list, &allow), allow);
        let cleared = ControlsPatch { mcc_ranges: ranges(&[]), ..whole };
        assert_eq!(applied(&cleared, &allow).mcc, MccRule::Any);
    }

    #[test]
    fn arming_a_shut_lock_keeps_its_merchant() {
        let lock = |on| ControlsPatch { merchant_lock: Some(on), ..Default::default() };
        let armed = applied(&lock(true), &Controls::default());
        let shut = armed.locked_to("SHOP1").unwrap();
        assert_eq!(applied(&lock(true), &shut), shut);
        assert!(applied(&lock(false), &shut).is_default());
    }
}
