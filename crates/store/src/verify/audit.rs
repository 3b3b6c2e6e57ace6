use std::collections::HashMap;

use cardium_vault::HashKey;

use super::{Check, scan::Scan};
use crate::{
    OpenError,
    db::Kind,
    rows::{AuditRow, Row},
};

/// I9: every account's audit rows form one unbroken HMAC chain that ends at its counter.
pub(super) fn check(check: &mut Check<'_>, key: &HashKey) -> Result<(), OpenError> {
    let heads = heads(check)?;
    let mut chains: HashMap<u128, (i64, [u8; 32])> = HashMap::new();
    let scan = Scan {
        stage: "audit_entries",
        columns: "account_id, seq, id, account_id, seq, action, object, actor, ip, user_agent, \
                  request_id, created_at, hash",
        from: "audit_entries",
        keys: &["account_id", "seq"],
        kinds: &[
            Kind::Id,
            Kind::Int,
            Kind::Id,
            Kind::Id,
            Kind::Int,
            Kind::Text,
            Kind::Text,
            Kind::Text,
            Kind::Text,
            Kind::Text,
            Kind::Text,
            Kind::Int,
            Kind::Bytes,
        ],
    };
    check.scan(&scan, |report, mut fields| {
        let (account, seq) = (fields.id()?, fields.int()?);
        let row = AuditRow::decode(&mut fields)?;
        let (last, head) = chains.get(&account).copied().unwrap_or((0, [0; 32]));
        if seq != last.saturating_add(1) || row.hash != row.link(key, &head) {
            report.find("I9", format!("account {account:032x}: audit row {seq} breaks the chain"));
        }
        chains.insert(account, (seq, row.hash));
        Ok(())
    })?;
    for (account, head) in heads {
        if chains.get(&account).copied().unwrap_or((0, [0; 32])) != head {
            let detail = format!("account {account:032x}: the audit log does not end at its head");
            check.report.find("I9", detail);
        }
    }
    Ok(())
}

fn heads(check: &mut Check<'_>) -> Result<HashMap<u128, (i64, [u8; 32])>, OpenError> {
    let scan = Scan {
        stage: "account_sequences",
        columns: "account_id, audit_seq, audit_head",
        from: "account_sequences",
        keys: &["account_id"],
        kinds: &[Kind::Id, Kind::Int, Kind::Bytes],
    };
    let mut heads = HashMap::new();
    check.scan(&scan, |_, mut fields| {
        let account = fields.id()?;
        heads.insert(account, (fields.int()?, fields.array()?));
        Ok(())
    })?;
    Ok(heads)
}
