use std::collections::HashMap;

use cardium_ledger::Role;

use super::{Check, scan::Scan};
use crate::{OpenError, db::Kind};

/// What an account's entries add up to.
#[derive(Default, Clone, Copy)]
struct Replayed {
    posted: i64,
    entries: i64,
    last_version: i64,
}

/// I1: postings sum to zero, in one currency, and cached balances equal their entries. I2: no
/// customer account is overdrawn, and what is held is the sum of the holds.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), OpenError> {
    let mut replayed = postings(check)?;
    let held = holds(check)?;
    customers(check, &mut replayed, held)?;
    systems(check, &mut replayed)?;
    for (account, sums) in replayed {
        let detail = format!("{} entries on unknown account {account:032x}", sums.entries);
        check.report.find("I1", detail);
    }
    Ok(())
}

fn postings(check: &mut Check<'_>) -> Result<HashMap<u128, Replayed>, OpenError> {
    let scan = Scan {
        stage: "entries",
        columns: "e.id, e.posting_id, e.account_id, e.account_version, e.amount, e.currency, \
                  p.currency",
        from: "entries e LEFT JOIN postings p ON p.id = e.posting_id",
        // A posting's lines lie together in the order of their ids.
        keys: &["e.id"],
        kinds: &[Kind::Id, Kind::Id, Kind::Id, Kind::Int, Kind::Int, Kind::Text, Kind::Text],
    };
    let mut replayed: HashMap<u128, Replayed> = HashMap::new();
    let mut open = (0_u128, 0_i64);
    check.scan(&scan, |report, mut fields| {
        let (entry, posting, account) = (fields.id()?, fields.id()?, fields.id()?);
        if entry & !0xFF != posting {
            report.find("I1", format!("entry {entry:032x} is not of its posting"));
        }
        let version = fields.optional(|fields| fields.int())?;
        let amount = fields.int()?;
        let currency = fields.text()?;
        if fields.optional(|fields| fields.text())? != Some(currency) {
            report.find("I1", format!("posting {posting:032x} is missing or mixes currencies"));
        }
        if posting != open.0 {
            unbalanced(report, open);
            open = (posting, 0);
        }
        open.1 = open.1.saturating_add(amount);
        let sums = replayed.entry(account).or_default();
        sums.posted = sums.posted.saturating_add(amount);
        sums.entries = sums.entries.saturating_add(1);
        sums.last_version = sums.last_version.max(version.unwrap_or(0));
        Ok(())
    })?;
    unbalanced(check.report, open);
    Ok(replayed)
}

fn unbalanced(report: &mut super::Report, (posting, sum): (u128, i64)) {
    if sum != 0 {
        report.find("I1", format!("posting {posting:032x} sums to {sum} minor units"));
    }
}

fn holds(check: &mut Check<'_>) -> Result<HashMap<u128, i64>, OpenError> {
    let scan = Scan {
        stage: "holds",
        columns: "id, ledger_account_id, amount",
        from: "holds",
        keys: &["id"],
        kinds: &[Kind::Id, Kind::Id, Kind::Int],
    };
    let mut held: HashMap<u128, i64> = HashMap::new();
    check.scan(&scan, |report, mut fields| {
        let (id, account, amount) = (fields.id()?, fields.id()?, fields.int()?);
        if amount < 0 {
            report.find("I2", format!("hold {id:032x} is negative"));
        }
        let sum = held.entry(account).or_default();
        *sum = sum.saturating_add(amount);
        Ok(())
    })?;
    Ok(held)
}

fn customers(
    check: &mut Check<'_>,
    replayed: &mut HashMap<u128, Replayed>,
    mut held: HashMap<u128, i64>,
) -> Result<(), OpenError> {
    let scan = Scan {
        stage: "ledger_accounts",
        columns: "id, role, posted, held, version",
        from: "ledger_accounts",
        keys: &["id"],
        kinds: &[Kind::Id, Kind::Int, Kind::Int, Kind::Int, Kind::Int],
    };
    check.scan(&scan, |report, mut fields| {
        let (id, role) = (fields.id()?, fields.code(Role::from_code)?);
        let (posted, cached_held, version) = (fields.int()?, fields.int()?, fields.int()?);
        let sums = replayed.remove(&id).unwrap_or_default();
        if sums.posted != posted {
            let detail = format!("{id:032x} says {posted}, its entries say {}", sums.posted);
            report.find("I1", detail);
        }
        if sums.last_version > version {
            report.find("I1", format!("{id:032x} has an entry newer than itself"));
        }
        let holds = held.remove(&id).unwrap_or_default();
        if holds != cached_held {
            report.find("I2", format!("{id:032x} says {cached_held} held, its holds {holds}"));
        }
        let free = posted.saturating_sub(cached_held);
        let broken = if role == Role::CardReceivable { posted > 0 } else { free < 0 };
        if broken {
            report.find("I2", format!("{id:032x} has {free} available as {role:?}"));
        }
        Ok(())
    })?;
    for (account, amount) in held.into_iter().filter(|(_, amount)| *amount != 0) {
        check.report.find("I2", format!("{amount} held on unknown account {account:032x}"));
    }
    Ok(())
}

fn systems(check: &mut Check<'_>, replayed: &mut HashMap<u128, Replayed>) -> Result<(), OpenError> {
    let scan = Scan {
        stage: "system_balances",
        columns: "account_id, stripe, code, posted, entry_count",
        from: "system_balances",
        keys: &["account_id", "stripe"],
        kinds: &[Kind::Id, Kind::Int, Kind::Text, Kind::Int, Kind::Int],
    };
    let mut cached: HashMap<u128, (String, i64, i64)> = HashMap::new();
    check.scan(&scan, |_, mut fields| {
        let (id, _stripe, code) = (fields.id()?, fields.int()?, fields.text()?);
        let entry = cached.entry(id).or_insert((code, 0, 0));
        entry.1 = entry.1.saturating_add(fields.int()?);
        entry.2 = entry.2.saturating_add(fields.int()?);
        Ok(())
    })?;
    for (id, (code, posted, entries)) in cached {
        let sums = replayed.remove(&id).unwrap_or_default();
        if (sums.posted, sums.entries) != (posted, entries) {
            let detail = format!("{code} says {posted}, its entries say {}", sums.posted);
            check.report.find("I1", detail);
        }
    }
    Ok(())
}
