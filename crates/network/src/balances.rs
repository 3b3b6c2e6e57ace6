//! DE 54, additional amounts: groups of 20 characters of account type, amount type, currency,
//! sign (C credit, D debit) and twelve digits.

use cardium_kernel::Money;

/// Default account.
const ACCOUNT: &str = "00";
/// The balance as posted.
const LEDGER: &str = "01";
/// What may be spent.
const AVAILABLE: &str = "02";
/// What was asked where less is approved.
const ORIGINAL: &str = "57";

/// What the card has: the balance as posted, then what may be spent.
pub(crate) fn balances(posted: Money, available: Money) -> String {
    [(LEDGER, posted), (AVAILABLE, available)].map(|(kind, amount)| balance(kind, amount)).concat()
}

/// What was asked, where less is approved: `currency` has three characters as in DE 49.
pub(crate) fn original(currency: &str, minor: u64) -> String {
    group(ORIGINAL, currency, 'D', minor)
}

fn balance(kind: &str, amount: Money) -> String {
    let sign = if amount.is_negative() { 'D' } else { 'C' };
    group(kind, amount.currency().numeric(), sign, amount.minor().unsigned_abs())
}

/// More than twelve digits are cut to the greatest amount, which no card ever has.
fn group(kind: &str, currency: &str, sign: char, minor: u64) -> String {
    let shown = minor.min(cardium_iso8583::AMOUNT_MAX);
    format!("{ACCOUNT}{kind}{currency:>3}{sign}{shown:012}")
}
