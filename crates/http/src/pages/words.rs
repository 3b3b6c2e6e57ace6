//! What operations answer, in words for people.

use cardium_auth::Scope;
use serde_json::Value;

/// How much a scope lets an agent do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It looks.
    Read,
    /// It changes things, but moves no money.
    Change,
    /// It moves money, or shows what others could spend.
    Money,
}

impl Weight {
    pub const ALL: [Self; 3] = [Self::Read, Self::Change, Self::Money];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Read => "Look at",
            Self::Change => "Change",
            Self::Money => "Money",
        }
    }
}

/// A scope as people read it.
pub struct ScopeWords {
    pub weight: Weight,
    pub title: &'static str,
    /// What an owner may not expect of it; mostly empty.
    pub note: &'static str,
}

const fn words(weight: Weight, title: &'static str, note: &'static str) -> ScopeWords {
    ScopeWords { weight, title, note }
}

/// What a scope means.
pub const fn scope_words(scope: Scope) -> ScopeWords {
    use Weight::{Change, Money, Read};
    match scope {
        Scope::AccountRead => words(Read, "Your account and its settings", ""),
        Scope::AccountWrite => words(Change, "Your account and its settings", ""),
        Scope::ApikeyRead => words(Read, "Your API keys, without their secrets", ""),
        Scope::BalanceRead => words(Read, "Your balance and its history", ""),
        Scope::TopupCreate => words(Change, "Ask for addresses to pay money in", ""),
        Scope::TopupRead => words(Read, "Your top-ups", ""),
        Scope::CardRead => words(Read, "Your cards, without their full numbers", ""),
        Scope::CardIssue => words(
            Money,
            "Issue cards and load them",
            "A new card is paid for and loaded from your balance.",
        ),
        Scope::CardControl => words(Change, "Freeze cards, cancel them, set their limits", ""),
        Scope::CardFund => words(Money, "Move money between your balance and your cards", ""),
        Scope::CardRevealPan => words(
            Money,
            "See full card numbers with their security codes",
            "Whoever has a card number can spend what is on the card.",
        ),
        Scope::TransactionRead => words(Read, "Your card payments", ""),
        Scope::WithdrawalCreate => words(
            Money,
            "Withdraw money to other addresses",
            "Money that was sent to an address cannot be called back.",
        ),
        Scope::WithdrawalRead => words(Read, "Your withdrawals", ""),
        Scope::DisputeRead => words(Read, "Your disputes and what belongs to them", ""),
        Scope::DisputeWrite => words(Change, "File disputes and add evidence", ""),
        Scope::WebhookRead => words(
            Read,
            "Your webhooks and events",
            "Events carry whole objects of every kind: cards, payments, withdrawals.",
        ),
        Scope::WebhookWrite => words(
            Change,
            "Send your events to other servers",
            "Events carry whole objects of every kind: cards, payments, withdrawals.",
        ),
        Scope::SupportRead => words(Read, "Your support tickets", ""),
        Scope::SupportWrite => words(Change, "Write to support", ""),
        Scope::AuditRead => words(Read, "The log of who did what", ""),
        Scope::ActivityRead => words(Read, "Your recent activity", ""),
        Scope::SystemRead => words(Read, "Whether the service is well", ""),
    }
}

/// Scopes that nobody should give away by haste.
pub const fn is_risky(scope: Scope) -> bool {
    matches!(scope, Scope::CardRevealPan | Scope::WithdrawalCreate)
}

/// Scopes with which money is spent.
pub const fn spends(scope: Scope) -> bool {
    matches!(scope, Scope::CardFund | Scope::CardIssue | Scope::WithdrawalCreate)
}

/// Text of an answer; empty where there is none.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("")
}

/// An amount as forms take it; none where there is none.
pub fn plain_amount(value: &Value) -> Option<String> {
    let digits = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(digits)
}

/// An amount as people write it; none where there is none.
pub fn usd(value: &Value) -> Option<String> {
    let digits = plain_amount(value)?;
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest.to_owned()),
        None => ("", digits),
    };
    let (whole, cents) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Some(format!("{sign}${grouped}.{cents:0<2}"))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment (RFC 3339, in UTC) as people read it; what is none stays as it is.
pub fn moment(text: &str) -> String {
    let parts = || {
        let (date, time) = text.split_once('T')?;
        let mut date = date.split('-');
        let (year, month, day) = (date.next()?, date.next()?, date.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        let day = day.trim_start_matches('0');
        Some(format!("{day} {month} {year}, {} UTC", time.get(..5)?))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_and_moments_read_well() {
        let number: Value = serde_json::from_str("1234567.80").unwrap();
        assert_eq!(usd(&number).unwrap(), "$1,234,567.80");
        assert_eq!(usd(&json!("487.20")).unwrap(), "$487.20");
        assert_eq!(usd(&json!("-5")).unwrap(), "\u{2212}$5.00");
        assert_eq!(usd(&Value::Null), None);
        assert_eq!(moment("2026-11-02T03:34:57.123Z"), "2 Nov 2026, 03:34 UTC");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn risk_is_money_and_comes_with_a_warning() {
        for scope in Scope::ALL.iter().filter(|scope| is_risky(**scope)) {
            let words = scope_words(*scope);
            assert!(words.weight == Weight::Money && !words.note.is_empty());
        }
    }
}
