use cardium_kernel::Money;

use crate::DeclineReason;

/// A card's state as far as spending is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardStanding {
    /// Spends.
    Active,
    /// Frozen by its holder or the issuer.
    Frozen,
    /// Plastic that awaits activation.
    NotActivated,
    /// Cancelled.
    Closed,
}

/// What came of comparing the CVV2 of the message with the derived one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CvvCheck {
    /// The message carried none.
    Absent,
    /// They agree.
    Match,
    /// They differ.
    Mismatch,
}

/// Everything a decision depends on, as read inside the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The card's state.
    pub standing: CardStanding,
    /// Whether the card's expiry month is over.
    pub expired: bool,
    /// Whether the message names another expiry than the card's.
    pub expiry_differs: bool,
    /// The CVV2's check.
    pub cvv: CvvCheck,
    /// What the network asks to hold, in the billing currency.
    pub amount: Money,
    /// What the card has available.
    pub available: Money,
}

type Check = fn(&Facts) -> Result<(), DeclineReason>;

/// The checks in the order in which their reasons take precedence.
const CHECKS: [Check; 5] = [check_standing, check_expiry, check_cvv, check_amount, check_funds];

/// Decides: the first check that fails gives the reason.
///
/// # Errors
/// The reason to decline.
pub fn decide(facts: &Facts) -> Result<(), DeclineReason> {
    CHECKS.iter().try_for_each(|check| check(facts))
}

const fn check_standing(facts: &Facts) -> Result<(), DeclineReason> {
    match facts.standing {
        CardStanding::Active => Ok(()),
        CardStanding::Frozen => Err(DeclineReason::CardFrozen),
        CardStanding::NotActivated => Err(DeclineReason::CardNotActivated),
        CardStanding::Closed => Err(DeclineReason::CardClosed),
    }
}

const fn check_expiry(facts: &Facts) -> Result<(), DeclineReason> {
    match (facts.expired, facts.expiry_differs) {
        (true, _) => Err(DeclineReason::CardExpired),
        (_, true) => Err(DeclineReason::ExpiryMismatch),
        _ => Ok(()),
    }
}

const fn check_cvv(facts: &Facts) -> Result<(), DeclineReason> {
    match facts.cvv {
        CvvCheck::Mismatch => Err(DeclineReason::CvvMismatch),
        CvvCheck::Absent | CvvCheck::Match => Ok(()),
    }
}

const fn check_amount(facts: &Facts) -> Result<(), DeclineReason> {
    if facts.amount.is_positive() { Ok(()) } else { Err(DeclineReason::InvalidAmount) }
}

fn check_funds(facts: &Facts) -> Result<(), DeclineReason> {
    match facts.available.minus(facts.amount) {
        Ok(rest) if !rest.is_negative() => Ok(()),
        Ok(_) => Err(DeclineReason::InsufficientFunds),
        Err(_) => Err(DeclineReason::UnsupportedCurrency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Facts = Facts {
        standing: CardStanding::Active,
        expired: false,
        expiry_differs: false,
        cvv: CvvCheck::Match,
        amount: Money::usd(100),
        available: Money::usd(100),
    };

    #[test]
    fn each_fact_has_its_reason() {
        use DeclineReason as R;
        for (facts, expected) in [
            (GOOD, Ok(())),
            (Facts { standing: CardStanding::Frozen, ..GOOD }, Err(R::CardFrozen)),
            (Facts { standing: CardStanding::Closed, ..GOOD }, Err(R::CardClosed)),
            (Facts { standing: CardStanding::NotActivated, ..GOOD }, Err(R::CardNotActivated)),
            (Facts { expired: true, ..GOOD }, Err(R::CardExpired)),
            (Facts { expiry_differs: true, ..GOOD }, Err(R::ExpiryMismatch)),
            (Facts { cvv: CvvCheck::Mismatch, ..GOOD }, Err(R::CvvMismatch)),
            (Facts { cvv: CvvCheck::Absent, ..GOOD }, Ok(())),
            (Facts { amount: Money::usd(0), ..GOOD }, Err(R::InvalidAmount)),
            (Facts { amount: Money::usd(101), ..GOOD }, Err(R::InsufficientFunds)),
        ] {
            assert_eq!(decide(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn the_card_comes_before_the_money() {
        let facts = Facts { standing: CardStanding::Frozen, available: Money::usd(0), ..GOOD };
        assert_eq!(decide(&facts), Err(DeclineReason::CardFrozen));
    }

    proptest::proptest! {
        #[test]
        fn approval_never_exceeds_what_is_available(amount in -10_i64..500, free in 0_i64..300) {
            let facts = Facts {
                amount: Money::usd(amount),
                available: Money::usd(free),
                ..GOOD
            };
            let approved = decide(&facts).is_ok();
            proptest::prop_assert_eq!(approved, amount > 0 && amount <= free);
        }
    }
}
