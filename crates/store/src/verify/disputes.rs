use std::collections::HashMap;

use cardium_ledger::SystemAccount;

use super::{Check, scan::Scan};
use crate::{
    OpenError,
    db::{Fields, Kind},
};

/// I10: the claim that the ledger keeps is what open disputes gave, book by book.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    let mut given = open_credits(check)?;
    for (book, claimed) in claims(check)? {
        let credits = given.remove(&book).unwrap_or_default();
        if credits.checked_add(claimed) != Some(0) {
            let detail = format!("book {book} claims {claimed}, its open disputes gave {credits}");
            check.report.find("I10", detail);
        }
    }
    for (book, credits) in given.into_iter().filter(|(_, credits)| *credits != 0) {
        check.report.find("I10", format!("book {book} claims nothing of {credits} credited"));
    }
    Ok(())
}

fn open_credits(check: &mut Check<'_>) -> Result<HashMap<i64, i64>, OpenError> {
    let scan = Scan {
        stage: "disputes",
        columns: "id, book, credited",
        from: "disputes WHERE resolution IS NULL",
        keys: &["id"],
        kinds: &[Kind::Id, Kind::Int, Kind::Int],
    };
    sums(check, &scan, |fields| {
        let _id = fields.id()?;
        Ok((fields.int()?, fields.int()?))
    })
}

fn claims(check: &mut Check<'_>) -> Result<HashMap<i64, i64>, OpenError> {
    let scan = Scan {
        stage: "dispute credit",
        columns: "account_id, stripe, code, book, posted",
        from: "system_balances",
        keys: &["account_id", "stripe"],
        kinds: &[Kind::Id, Kind::Int, Kind::Text, Kind::Int, Kind::Int],
    };
    sums(check, &scan, |fields| {
        let (_id, _stripe, code) = (fields.id()?, fields.int()?, fields.text()?);
        let (book, posted) = (fields.int()?, fields.int()?);
        let ours = code == SystemAccount::DisputeCredit.code();
        Ok((book, if ours { posted } else { 0 }))
    })
}

/// What a pass over a table adds up to for each book.
fn sums(
    check: &mut Check<'_>,
    scan: &Scan,
    read: impl Fn(&mut Fields) -> Result<(i64, i64), OpenError>,
) -> Result<HashMap<i64, i64>, OpenError> {
    let mut sums: HashMap<i64, i64> = HashMap::new();
    check.scan(scan, |_, mut fields| {
        let (book, amount) = read(&mut fields)?;
        let sum = sums.entry(book).or_default();
        *sum = sum.saturating_add(amount);
        Ok(())
    })?;
    Ok(sums)
}
