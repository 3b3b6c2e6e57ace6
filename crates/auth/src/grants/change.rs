use cardium_kernel::{CardId, Money, Timestamp};

use super::{Grant, Mandate, Reveal};
use crate::ScopeSet;

/// What an owner changes of a grant; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantChange {
    /// What it may do.
    pub scopes: Option<ScopeSet>,
    /// The only cards it reaches, or that it reaches all.
    pub cards: Option<Option<Vec<CardId>>>,
    /// How it may reveal a card number.
    pub reveal: Option<Reveal>,
    /// What it may spend.
    pub mandate: MandateChange,
}

/// What an owner changes of a mandate; what is absent stays, and a bound of none is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MandateChange {
    /// The most of one load, withdrawal or purchase.
    pub per_transaction: Option<Option<Money>>,
    /// The most of a day.
    pub daily: Option<Option<Money>>,
    /// The most in all.
    pub total: Option<Option<Money>>,
    /// Above what the owner is asked first.
    pub approval_above: Option<Option<Money>>,
    /// When it ends.
    pub expires_at: Option<Option<Timestamp>>,
    /// The only merchants.
    pub merchants: Option<Vec<String>>,
    /// The only merchant categories.
    pub mccs: Option<Vec<String>>,
}

impl MandateChange {
    /// The mandate with the change.
    #[must_use]
    pub fn apply(self, old: &Mandate) -> Mandate {
        Mandate {
            per_transaction: self.per_transaction.unwrap_or(old.per_transaction),
            daily: self.daily.unwrap_or(old.daily),
            total: self.total.unwrap_or(old.total),
            approval_above: self.approval_above.unwrap_or(old.approval_above),
            expires_at: self.expires_at.unwrap_or(old.expires_at),
            merchants: self.merchants.unwrap_or_else(|| old.merchants.clone()),
            mccs: self.mccs.unwrap_or_else(|| old.mccs.clone()),
        }
    }
}

impl From<Mandate> for MandateChange {
    /// Every term anew.
    fn from(new: Mandate) -> Self {
        Self {
            per_transaction: Some(new.per_transaction),
            daily: Some(new.daily),
            total: Some(new.total),
            approval_above: Some(new.approval_above),
            expires_at: Some(new.expires_at),
            merchants: Some(new.merchants),
            mccs: Some(new.mccs),
        }
    }
}

impl Mandate {
    /// Whether the other one lets an agent do anything that this one does not.
    #[must_use]
    pub fn is_widened_by(&self, other: &Self) -> bool {
        let bounds = [
            (self.per_transaction, other.per_transaction),
            (self.daily, other.daily),
            (self.total, other.total),
            (self.approval_above, other.approval_above),
        ];
        let cents = |bound: Option<Money>| bound.map(Money::minor);
        bounds.into_iter().any(|(old, new)| is_raised(cents(old), cents(new)))
            || is_raised(self.expires_at, other.expires_at)
            || !covers(&self.merchants, &other.merchants, |old, new| old.contains(new))
            || !covers(&self.mccs, &other.mccs, holds_codes)
    }
}

/// Whether a bound rises; one that goes rises above all.
fn is_raised<T: PartialOrd>(old: Option<T>, new: Option<T>) -> bool {
    match (old, new) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(old), Some(new)) => new > old,
    }
}

/// Whether each entry of a list is in another, where an empty list stands for all there is.
fn covers(old: &[String], new: &[String], holds: impl Fn(&[String], &String) -> bool) -> bool {
    old.is_empty() || !new.is_empty() && new.iter().all(|entry| holds(old, entry))
}

/// Whether every code of a range is in some range of the list.
fn holds_codes(list: &[String], entry: &String) -> bool {
    let Some((from, to)) = codes(entry) else { return list.contains(entry) };
    let mut ranges: Vec<_> = list.iter().filter_map(|range| codes(range)).collect();
    ranges.sort_unstable();
    // The least code that no range so far holds.
    let missing = ranges.into_iter().fold(from, |missing, (least, most)| {
        if least <= missing && missing <= most { most.saturating_add(1) } else { missing }
    });
    missing > to
}

/// The codes of `5411` or `3000-3299`: the least and the greatest.
fn codes(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.parse().ok()?, to.parse().ok()?))
}

impl Reveal {
    /// Whether the other way shows more, or asks less.
    #[must_use]
    pub const fn is_widened_by(self, other: Self) -> bool {
        match (self, other) {
            (Self::Link, Self::Ask | Self::Always) | (Self::Ask, Self::Always) => true,
            (Self::Link | Self::Ask | Self::Always, _) => false,
        }
    }
}

impl Grant {
    /// The cards, the way of revealing and the mandate that it has with the change.
    #[must_use]
    pub fn terms_with(&self, change: GrantChange) -> (Option<Vec<CardId>>, Reveal, Mandate) {
        let cards = change.cards.unwrap_or_else(|| self.cards.clone());
        (cards, change.reveal.unwrap_or(self.reveal), change.mandate.apply(&self.mandate))
    }

    /// Whether other terms let the client do anything that its own do not.
    #[must_use]
    pub fn is_widened_by(
        &self,
        (cards, reveal, mandate): &(Option<Vec<CardId>>, Reveal, Mandate),
    ) -> bool {
        let farther = self.cards.is_some()
            && cards.as_ref().is_none_or(|cards| !cards.iter().all(|card| self.reaches(*card)));
        farther || self.reveal.is_widened_by(*reveal) || self.mandate.is_widened_by(mandate)
    }
}

#[cfg(test)]
mod tests;
