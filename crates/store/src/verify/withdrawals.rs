use std::collections::HashMap;

use cardium_kernel::{Book, Currency};
use cardium_ledger::SystemAccount;
use cardium_withdrawals::{Withdrawal, WithdrawalStatus};

use super::{Check, Report, holds, scan::Scan};
use crate::{OpenError, db::Sql, rows::Row};

/// What withdrawals of one book add up to.
#[derive(Default, Clone, Copy)]
struct Sums {
    in_flight: i64,
    fees: i64,
}

/// Withdrawals to an address that is not noted as a payee of theirs.
const UNNOTED: &str = "SELECT COUNT(*) FROM withdrawals w LEFT JOIN withdrawal_payees p \
    ON p.account_id = w.account_id AND p.book = w.book AND p.network = w.network \
    AND p.address = w.address WHERE p.id IS NULL";

/// I2: a withdrawal holds its amount as long as it is created, and nothing after. I10: what is in
/// flight and what was earned is what the ledger says, what a chain has bears its id, and who is
/// paid is a payee.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    let from = "holds h JOIN withdrawals w ON w.id = h.id WHERE h.amount > 0";
    let holds = holds::read(check, "holds of withdrawals", from)?;
    let kinds = Withdrawal::TABLE.kinds();
    let columns = Withdrawal::TABLE.list();
    let scan = Scan {
        stage: "withdrawals",
        columns: &columns,
        from: "withdrawals",
        keys: &["id"],
        kinds: &kinds,
    };
    let mut sums: HashMap<i64, Sums> = HashMap::new();
    check.scan(&scan, |report, mut fields| {
        let withdrawal = Withdrawal::decode(&mut fields)?;
        let held = holds.get(&withdrawal.id.value()).copied().unwrap_or(0);
        judge(report, &withdrawal, held);
        add(sums.entry(withdrawal.book.code()).or_default(), &withdrawal);
        Ok(())
    })?;
    for book in Book::ALL {
        let sums = sums.remove(&book.code()).unwrap_or_default();
        compare(check, (book, SystemAccount::WithdrawalsInFlight), sums.in_flight)?;
        compare(check, (book, SystemAccount::WithdrawalFees), sums.fees)?;
    }
    let unnoted = check.connection.integer(&Sql::new(UNNOTED))?;
    if unnoted != 0 {
        check.report.find("I10", format!("{unnoted} withdrawals have no payee"));
    }
    Ok(())
}

fn judge(report: &mut Report, withdrawal: &Withdrawal, held: i64) {
    let (id, status) = (withdrawal.id, withdrawal.status);
    let created = status == WithdrawalStatus::Created;
    let expected = if created { withdrawal.amount.minor() } else { 0 };
    if held != expected {
        let detail = format!("{id} is {}, its hold says {held}", status.as_str());
        report.find("I2", detail);
    }
    let named = match status {
        WithdrawalStatus::Created => withdrawal.txid.is_none(),
        WithdrawalStatus::Broadcasted | WithdrawalStatus::Confirmed => {
            withdrawal.handed_over && withdrawal.txid.is_some()
        }
        WithdrawalStatus::Failed => true,
    };
    let explained = withdrawal.failure.is_some() == (status == WithdrawalStatus::Failed);
    if !(named && explained) {
        let detail = format!("{id} is {}, which its other columns deny", status.as_str());
        report.find("I10", detail);
    }
}

fn add(sums: &mut Sums, withdrawal: &Withdrawal) {
    let net = withdrawal.amount.minor().saturating_sub(withdrawal.fee.minor());
    let (in_flight, fee) = match withdrawal.status {
        WithdrawalStatus::Created | WithdrawalStatus::Failed => (0, 0),
        WithdrawalStatus::Broadcasted => (net, withdrawal.fee.minor()),
        WithdrawalStatus::Confirmed => (0, withdrawal.fee.minor()),
    };
    sums.in_flight = sums.in_flight.saturating_add(in_flight);
    sums.fees = sums.fees.saturating_add(fee);
}

fn compare(
    check: &mut Check<'_>,
    (book, account): (Book, SystemAccount),
    sum: i64,
) -> Result<(), OpenError> {
    // PostgreSQL sums to NUMERIC.
    let text = "SELECT CAST(COALESCE(SUM(posted), 0) AS BIGINT) \
                FROM system_balances WHERE account_id = ?";
    let id = account.id(book, Currency::Usd);
    let posted = check.connection.integer(&Sql::new(text).id(id))?;
    if posted != sum {
        let (account, book) = (account.code(), book.as_str());
        let detail = format!("{account} of {book} says {posted}, its withdrawals say {sum}");
        check.report.find("I10", detail);
    }
    Ok(())
}
