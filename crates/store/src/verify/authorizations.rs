use std::collections::HashMap;

use cardium_authorizations::{Authorization, AuthorizationStatus};
use cardium_kernel::{Book, Currency};
use cardium_ledger::SystemAccount;

use super::{Check, Report, holds, scan::Scan};
use crate::{OpenError, db::Sql, rows::Row};

/// I2: an authorization holds what its hold says and what it expects, and what is advanced beyond
/// cards' balances is what the stand-in accounts say. I10: no more is given back than was cleared.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    let from = "holds h JOIN authorizations a ON a.id = h.id WHERE h.amount > 0";
    let holds = holds::read(check, "holds of authorizations", from)?;
    let kinds = Authorization::TABLE.kinds();
    let columns = Authorization::TABLE.list();
    let scan = Scan {
        stage: "authorizations",
        columns: &columns,
        from: "authorizations",
        keys: &["id"],
        kinds: &kinds,
    };
    let mut advanced: HashMap<u128, i64> = HashMap::new();
    check.scan(&scan, |report, mut fields| {
        let authorization = Authorization::decode(&mut fields)?;
        let held = holds.get(&authorization.id.value()).copied().unwrap_or(0);
        judge(report, &authorization, held);
        let currency = authorization.held.currency();
        let account = SystemAccount::StandIn.id(authorization.book, currency);
        let sum = advanced.entry(account).or_default();
        *sum = sum.saturating_add(authorization.advanced.minor());
        Ok(())
    })?;
    for book in Book::ALL {
        let account = SystemAccount::StandIn.id(book, Currency::Usd);
        // PostgreSQL sums to NUMERIC.
        let text = "SELECT CAST(COALESCE(SUM(posted), 0) AS BIGINT) \
                    FROM system_balances WHERE account_id = ?";
        let posted = check.connection.integer(&Sql::new(text).id(account))?;
        let sum = advanced.remove(&account).unwrap_or(0);
        if posted != sum {
            let detail = format!("stand_in says {posted}, authorizations say {sum} advanced");
            check.report.find("I2", detail);
        }
    }
    Ok(())
}

fn judge(report: &mut Report, authorization: &Authorization, held: i64) {
    let id = authorization.id;
    let minor = |amount: cardium_kernel::Money| amount.minor();
    if minor(authorization.held) != held {
        let says = minor(authorization.held);
        report.find("I2", format!("{id} says {says} held, its hold says {held}"));
    }
    let expected = match authorization.status {
        AuthorizationStatus::Open => {
            minor(authorization.authorized).saturating_sub(minor(authorization.cleared)).max(0)
        }
        _ => 0,
    };
    let open = minor(authorization.held).saturating_add(minor(authorization.advanced));
    if open != expected {
        report.find("I2", format!("{id} has {open} open and expects {expected}"));
    }
    let given = minor(authorization.refunded).saturating_add(minor(authorization.credited));
    if given > minor(authorization.cleared) {
        report.find("I10", format!("{id} gave back {given}, more than was cleared"));
    }
}
