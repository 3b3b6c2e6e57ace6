use cardium_kernel::{Currency, Money, MoneyError, Timestamp};

/// Money that counts towards the card's limits since a moment: it is taken off the very windows
/// that it was counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// When it was counted.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
}

/// What the card's windows gain and lose by a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recount {
    /// What counts from now on.
    pub gained: Option<Tally>,
    /// What does not count any more.
    pub lost: Vec<Tally>,
    /// How many transactions more, or fewer, count: 1, 0 or -1.
    pub transactions: i64,
}

/// The most tallies an authorization keeps: more than it is ever raised, and many clearings beyond
/// what was authorized. The oldest two then become one, counted since the older.
const MAX_TALLIES: usize = 64;

/// Brings `tallies` to the sum `counts`: a surplus is counted now, a shortfall comes off the
/// newest first.
pub(super) fn recount(
    tallies: &mut Vec<Tally>,
    counts: Money,
    now: Timestamp,
) -> Result<Recount, MoneyError> {
    let zero = Money::zero(counts.currency());
    let before = tallies.iter().try_fold(zero, |sum, tally| sum.plus(tally.amount))?;
    let mut recount = Recount::default();
    let mut missing = counts.minus(before)?;
    if missing.is_positive() {
        let gained = Tally { at: now, amount: missing };
        tallies.push(gained);
        if tallies.len() > MAX_TALLIES {
            let second = tallies.remove(1).amount;
            if let Some(first) = tallies.first_mut() {
                first.amount = first.amount.plus(second)?;
            }
        }
        recount.gained = Some(gained);
    }
    while missing.is_negative() {
        let Some(newest) = tallies.last_mut() else { break };
        let amount = newest.amount.min(missing.negated()?)?;
        recount.lost.push(Tally { at: newest.at, amount });
        missing = missing.plus(amount)?;
        newest.amount = newest.amount.minus(amount)?;
        if newest.amount.is_zero() {
            tallies.pop();
        }
    }
    let transactions = i64::from(counts.is_positive()).checked_sub(i64::from(before.is_positive()));
    recount.transactions = transactions.unwrap_or(0);
    Ok(recount)
}

impl Tally {
    /// The tallies as one word, `micros:minor` a tally, for storage.
    #[must_use]
    pub fn to_text(tallies: &[Self]) -> String {
        let word = |tally: &Self| format!("{}:{}", tally.at.unix_micros(), tally.amount.minor());
        tallies.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::to_text`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_text(text: &str, currency: Currency) -> Option<Vec<Self>> {
        let tally = |word: &str| {
            let (at, minor) = word.split_once(':')?;
            let at = Timestamp::from_unix_micros(at.parse().ok()?);
            Some(Self { at, amount: Money::new(minor.parse().ok()?, currency) })
        };
        text.split_whitespace().map(tally).collect()
    }
}
