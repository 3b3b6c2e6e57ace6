//! The audit log.
//!
//! Each row's hash is an HMAC over the row and the hash before it, under a key of the operator's:
//! a client can follow the chain from `prev_hash` to `hash`, the operator alone can recompute it.
//! Deliberately absent: hashes of the object before and after. A row tells what was done and to
//! what; what the object became is in its event, in the same account's order.

use cardium_app::reads::{AuditEntry, AuditFilter, ByCreation};
use cardium_kernel::{AuditId, Problem, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    activity::{ActorOut, actor},
    query::{Order, Query},
    text::Text,
};

/// The order of audit logs.
pub const ORDER: Order<'static, ByCreation> = Order {
    fields: &[("created_at", ByCreation)],
    cursor: |text| AuditId::parse(text).map(AuditId::value),
};

/// The filters of an audit log.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<AuditFilter, Problem> {
    let text = |name| query.text(name).map(str::to_owned);
    Ok(AuditFilter {
        actor: query.read("actor", actor)?,
        action: text("action"),
        ip: text("ip"),
        object: text("object_id"),
    })
}

/// A row of the audit log as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuditOut {
    id: Text<AuditId>,
    #[schemars(extend("const" = "audit_entry"))]
    object: &'static str,
    /// Its place in the account's log, without gaps.
    seq: i64,
    /// What was done, such as `card.revealed`.
    action: String,
    actor: ActorOut,
    /// What it was done to.
    object_id: String,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    /// The hash of the row before; null on the first.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    prev_hash: Option<String>,
    /// The hash of this row and the one before.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    hash: String,
    created_at: Text<Timestamp>,
}

impl From<&AuditEntry> for AuditOut {
    fn from(entry: &AuditEntry) -> Self {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            id: Text(entry.id),
            object: "audit_entry",
            seq: entry.seq,
            action: entry.action.clone(),
            actor: ActorOut::from(entry.actor),
            object_id: entry.object.clone(),
            ip: known(&entry.ip),
            user_agent: known(&entry.user_agent),
            request_id: known(&entry.request_id),
            prev_hash: entry.previous.as_ref().map(hex),
            hash: hex(&entry.hash),
            created_at: Text(entry.created_at),
        }
    }
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
