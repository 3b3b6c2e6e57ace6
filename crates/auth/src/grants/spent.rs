use cardium_kernel::{Book, Money, MoneyError, Timestamp};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a grant spent of its owner's money: in all, and on the last day (UTC) that it spent on.
/// The books do not mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// In all, of live money.
    pub live: Money,
    /// In all, of sandbox money.
    pub sandbox: Money,
    /// The day, counted from the Unix epoch.
    pub day: i64,
    /// On that day, of live money.
    pub day_live: Money,
    /// On that day, of sandbox money.
    pub day_sandbox: Money,
}

impl Default for Spent {
    fn default() -> Self {
        let none = Money::usd(0);
        Self { live: none, sandbox: none, day: 0, day_live: none, day_sandbox: none }
    }
}

impl Spent {
    /// In all, of a book.
    #[must_use]
    pub const fn total(&self, book: Book) -> Money {
        match book {
            Book::Live => self.live,
            Book::Sandbox => self.sandbox,
        }
    }

    /// On the day of this moment, of a book. A clock that steps back finds the last day still
    /// going on: no day is counted twice.
    #[must_use]
    pub fn today(&self, book: Book, now: Timestamp) -> Money {
        match book {
            _ if day_of(now) > self.day => Money::usd(0),
            Book::Live => self.day_live,
            Book::Sandbox => self.day_sandbox,
        }
    }

    /// With this much more.
    ///
    /// # Errors
    /// When the sums do not fit.
    pub fn plus(self, book: Book, amount: Money, now: Timestamp) -> Result<Self, MoneyError> {
        let mut new = self;
        new.day = self.day.max(day_of(now));
        new.day_live = self.today(Book::Live, now);
        new.day_sandbox = self.today(Book::Sandbox, now);
        match book {
            Book::Live => {
                new.live = self.live.plus(amount)?;
                new.day_live = new.day_live.plus(amount)?;
            }
            Book::Sandbox => {
                new.sandbox = self.sandbox.plus(amount)?;
                new.day_sandbox = new.day_sandbox.plus(amount)?;
            }
        }
        Ok(new)
    }
}

fn day_of(now: Timestamp) -> i64 {
    now.unix_seconds().div_euclid(DAY)
}
