//! What happened on an account: its audit log and its events, by their dense numbers.
//!
//! Neither has an index besides the one on (account, number). A page without filters reads as many
//! rows as it shows; one with filters, or with bounds in time, walks the account's own rows, newest
//! or oldest first, until it is full. One more index would cost every authorization a random write,
//! for a question that is asked now and then.

use std::collections::HashMap;

use cardium_app::{
    Actor,
    reads::{
        Activity, ActivityFilter, ActorFacts, AuditEntry, AuditFilter, ByCreation, ListQuery,
        ReadResult,
    },
};
use cardium_auth::{Credential, CredentialKind};
use cardium_kernel::{CredentialId, Page};

use super::{
    by_ids,
    list::{List, page, text},
};
use crate::{
    db::{Connection, Fields, Kind, Record, Value},
    rows::{AuditRow, EventRow, Row, book},
};

const CHAINED: &str = "audit_entries a LEFT JOIN audit_entries p \
                       ON p.account_id = a.account_id AND p.seq = a.seq - 1";

type Kinds = HashMap<CredentialId, CredentialKind>;

pub(super) fn list_audit(
    connection: &mut Connection,
    query: &ListQuery<AuditFilter, ByCreation>,
) -> ReadResult<Page<AuditEntry>> {
    let filter = &query.filter;
    let columns = format!("{}, p.hash", AuditRow::TABLE.list_as("a"));
    let mut list = List::new(&columns, CHAINED, "a.id");
    list.and("a.account_id = ?", Value::id(query.account.value()));
    list.and_some("a.actor = ?", filter.actor.clone(), text);
    list.and_some("a.action = ?", filter.action.clone(), text);
    list.and_some("a.ip = ?", filter.ip.clone(), text);
    list.and_some("a.object = ?", filter.object.clone(), text);
    list.between("a.created_at", query);
    let mut kinds = AuditRow::TABLE.kinds();
    kinds.push(Kind::Bytes);
    let records = list.fetch(connection, query, ("a.seq", Kind::Int), &kinds)?;
    let rows = page(records, query, linked)?;
    let kinds = kinds_of(connection, rows.items.iter().map(|(row, _)| &row.actor))?;
    let entry = |(row, previous)| audit_entry(row, previous, &kinds);
    Ok(Page { items: rows.items.into_iter().map(entry).collect(), has_more: rows.has_more })
}

fn linked(record: Record) -> ReadResult<(AuditRow, Option<[u8; 32]>)> {
    let mut fields = Fields::new(AuditRow::TABLE.name, record);
    let row = AuditRow::decode(&mut fields)?;
    let previous = fields.optional(Fields::array)?;
    Ok((row, previous))
}

fn audit_entry(row: AuditRow, previous: Option<[u8; 32]>, kinds: &Kinds) -> AuditEntry {
    AuditEntry {
        id: row.id,
        seq: row.seq,
        action: row.action,
        object: row.object,
        actor: actor(&row.actor, kinds),
        ip: row.ip,
        user_agent: row.user_agent,
        request_id: row.request_id,
        created_at: row.created_at,
        hash: row.hash,
        previous,
    }
}

pub(super) fn list_activity(
    connection: &mut Connection,
    query: &ListQuery<ActivityFilter, ByCreation>,
) -> ReadResult<Page<Activity>> {
    let filter = &query.filter;
    let mut list = List::new(&EventRow::TABLE.list_as("e"), "events e", "e.id");
    list.and("e.account_id = ?", Value::id(query.account.value()));
    list.and_some("e.kind = ?", filter.kind, |kind| text(kind.as_str()));
    list.and_some("e.actor = ?", filter.actor.clone(), text);
    list.and_some("e.object_id = ?", filter.object, Value::id);
    list.and_some("e.book = ?", filter.book, book);
    for hidden in filter.reader.hidden() {
        list.and("e.kind <> ?", text(hidden.as_str()));
    }
    list.between("e.created_at", query);
    let sort = ("e.account_seq", Kind::Int);
    let records = list.fetch(connection, query, sort, &EventRow::TABLE.kinds())?;
    let rows = page(records, query, |record| Ok(EventRow::read(record)?))?;
    let kinds = kinds_of(connection, rows.items.iter().map(|row| &row.actor))?;
    let show = |row: EventRow| Activity { actor: actor(&row.actor, &kinds), event: row.event };
    Ok(Page { items: rows.items.into_iter().map(show).collect(), has_more: rows.has_more })
}

/// Which of the credentials that acted on a page are sessions and which are API keys.
fn kinds_of<'a>(
    connection: &mut Connection,
    actors: impl Iterator<Item = &'a String>,
) -> ReadResult<Kinds> {
    let mut ids: Vec<u128> = actors
        .filter_map(|actor| CredentialId::parse(actor).ok())
        .map(CredentialId::value)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let found = by_ids::<Credential>(connection, &ids)?;
    Ok(found.into_iter().map(|found| (found.id, found.kind)).collect())
}

fn actor(name: &str, kinds: &Kinds) -> ActorFacts {
    if let Ok(id) = CredentialId::parse(name) {
        return ActorFacts::Credential(id, kinds.get(&id).copied());
    }
    let is = |actor: Actor| name == actor.as_str();
    if is(Actor::Public) {
        ActorFacts::Public
    } else if is(Actor::Network) {
        ActorFacts::Network
    } else if is(Actor::System) {
        ActorFacts::System
    } else {
        ActorFacts::Unknown
    }
}
