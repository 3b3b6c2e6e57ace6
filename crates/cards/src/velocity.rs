//! What a card spent in each window: the stored row that limits are held against.
//!
//! Invariants: nothing is ever below zero; a window never moves back, so a clock that runs
//! behind counts in the window that is stored. Deliberately absent: the limits themselves
//! (those are [`crate::Controls`]).

use std::time::Duration;

use cardium_kernel::{CardId, Money, MoneyError, Timestamp};

/// Wrong CVV2 in a row are forgotten after this long.
pub const CVV_MEMORY: Duration = Duration::from_secs(24 * 3_600);

/// A stretch of time over which spending is summed up, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A calendar day.
    Day,
    /// A week from Monday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// The card's life.
    Lifetime,
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Lifetime];

    /// The window's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Lifetime => "lifetime",
        }
    }

    /// The window with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == text)
    }

    /// When the window that a moment lies in began; nothing for the one that has no borders.
    fn start(self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day => Some(at.day_start()),
            Self::Week => Some(at.week_start()),
            Self::Month => Some(at.month_start()),
            Self::Lifetime => None,
        }
    }

    fn end(self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Day => Some(at.next_day_start()),
            Self::Week => Some(at.next_week_start()),
            Self::Month => Some(at.next_month_start()),
            Self::Lifetime => None,
        }
    }
}

/// What was spent in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The sum.
    pub amount: Money,
    /// The number of transactions.
    pub count: i64,
}

/// What was spent in the window that began at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowTally {
    /// When the window began.
    pub start: Timestamp,
    /// The sum.
    pub amount: Money,
    /// The number of transactions.
    pub count: i64,
}

impl WindowTally {
    const fn empty(start: Timestamp, amount: Money) -> Self {
        Self { start, amount: Money::zero(amount.currency()), count: 0 }
    }

    /// The tally as of a moment: an empty one once another window has begun.
    fn at(self, window: Window, now: Timestamp) -> Self {
        match window.start(now) {
            Some(start) if start > self.start => Self::empty(start, self.amount),
            _ => self,
        }
    }

    fn add(self, amount: Money, transactions: i64) -> Result<Self, MoneyError> {
        let amount = floor(self.amount.plus(amount)?);
        Ok(Self { amount, count: self.count.saturating_add(transactions).max(0), ..self })
    }

    fn take(self, amount: Money, transactions: i64) -> Result<Self, MoneyError> {
        let amount = floor(self.amount.minus(amount)?);
        Ok(Self { amount, count: self.count.saturating_sub(transactions).max(0), ..self })
    }
}

const fn floor(amount: Money) -> Money {
    if amount.is_negative() { Money::zero(amount.currency()) } else { amount }
}

/// The stored facts of a [`Velocity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VelocityRecord {
    /// Whose spending it is.
    pub card: CardId,
    /// The day's.
    pub day: WindowTally,
    /// The week's.
    pub week: WindowTally,
    /// The month's.
    pub month: WindowTally,
    /// All of it.
    pub lifetime: WindowTally,
    /// How many CVV2 were wrong in a row.
    pub cvv_failures: i64,
    /// When the last of them was.
    pub cvv_failed_at: Timestamp,
    /// Raised with every change; zero for a card that never spent.
    pub version: i64,
}

impl VelocityRecord {
    const fn tally_mut(&mut self, window: Window) -> &mut WindowTally {
        match window {
            Window::Day => &mut self.day,
            Window::Week => &mut self.week,
            Window::Month => &mut self.month,
            Window::Lifetime => &mut self.lifetime,
        }
    }
}

/// What a card spent. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Velocity(VelocityRecord);

impl std::ops::Deref for Velocity {
    type Target = VelocityRecord;

    fn deref(&self) -> &VelocityRecord {
        &self.0
    }
}

impl Velocity {
    /// A card that never spent.
    #[must_use]
    pub fn new(card: CardId, now: Timestamp) -> Self {
        let tally =
            |window: Window| WindowTally::empty(window.start(now).unwrap_or(now), Money::usd(0));
        Self(VelocityRecord {
            card,
            day: tally(Window::Day),
            week: tally(Window::Week),
            month: tally(Window::Month),
            lifetime: tally(Window::Lifetime),
            cvv_failures: 0,
            cvv_failed_at: Timestamp::EPOCH,
            version: 0,
        })
    }

    /// Velocity read back from storage.
    #[must_use]
    pub const fn restore(record: VelocityRecord) -> Self {
        Self(record)
    }

    /// What this card spent, as another's that takes its place: limits go on where they were. Wrong
    /// CVV2 are forgotten, for the new card has another one.
    #[must_use]
    pub fn carried_to(self, card: CardId) -> Self {
        let cvv_failed_at = Timestamp::EPOCH;
        Self(VelocityRecord { card, cvv_failures: 0, cvv_failed_at, version: 1, ..self.0 })
    }

    /// What was spent in the window of this moment.
    #[must_use]
    pub fn used(&self, window: Window, now: Timestamp) -> Used {
        let tally = self.tally(window).at(window, now);
        Used { amount: tally.amount, count: tally.count }
    }

    /// When the next window begins; nothing for the card's life.
    #[must_use]
    pub fn resets_at(&self, window: Window, now: Timestamp) -> Option<Timestamp> {
        window.end(self.tally(window).at(window, now).start)
    }

    /// Counts what is spent: an amount, and how many transactions it adds. An increment of an
    /// earlier one adds none.
    ///
    /// # Errors
    /// On another currency or overflow; nothing is counted then.
    pub fn spend(
        &mut self,
        at: Timestamp,
        amount: Money,
        transactions: i64,
    ) -> Result<(), MoneyError> {
        self.change(|window, tally| tally.at(window, at).add(amount, transactions))
    }

    /// Takes back what was counted at a moment, in each window that has not passed since.
    ///
    /// # Errors
    /// On another currency or overflow; nothing is taken back then.
    pub fn take_back(
        &mut self,
        counted_at: Timestamp,
        amount: Money,
        transactions: i64,
    ) -> Result<(), MoneyError> {
        self.change(|window, tally| match window.start(counted_at) {
            Some(start) if start != tally.start => Ok(tally),
            _ => tally.take(amount, transactions),
        })
    }

    /// Notes a wrong CVV2.
    pub fn cvv_failed(&mut self, now: Timestamp) {
        self.0.cvv_failures = self.cvv_failures(now).saturating_add(1);
        self.0.cvv_failed_at = now.max(self.cvv_failed_at);
        self.raise();
    }

    /// Notes a right CVV2, which forgets the wrong ones.
    pub fn cvv_matched(&mut self) {
        if self.0.cvv_failures != 0 {
            self.0.cvv_failures = 0;
            self.raise();
        }
    }

    /// How many CVV2 were wrong in a row; none once the last is [`CVV_MEMORY`] ago.
    #[must_use]
    pub fn cvv_failures(&self, now: Timestamp) -> i64 {
        if now.since(self.cvv_failed_at) < CVV_MEMORY { self.0.cvv_failures } else { 0 }
    }

    const fn tally(&self, window: Window) -> WindowTally {
        match window {
            Window::Day => self.0.day,
            Window::Week => self.0.week,
            Window::Month => self.0.month,
            Window::Lifetime => self.0.lifetime,
        }
    }

    fn change(
        &mut self,
        change: impl Fn(Window, WindowTally) -> Result<WindowTally, MoneyError>,
    ) -> Result<(), MoneyError> {
        let mut record = self.0.clone();
        for window in Window::ALL {
            *record.tally_mut(window) = change(window, self.tally(window))?;
        }
        self.0 = record;
        self.raise();
        Ok(())
    }

    const fn raise(&mut self) {
        self.0.version = self.0.version.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
