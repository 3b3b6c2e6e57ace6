use std::collections::HashMap;

use cardium_app::reads::{ByCreation, Dispatch, ListQuery, ReadResult, StoredEvent, WebhookFilter};
use cardium_kernel::{EndpointId, EventId, Page};
use cardium_webhooks::{Delivery, Endpoint, EndpointStatus};

use super::{
    by_ids,
    list::{List, page},
};
use crate::{
    db::{Connection, Kind, Value},
    rows::{EventRow, Row, book},
};

pub(super) fn list_webhooks(
    connection: &mut Connection,
    query: &ListQuery<WebhookFilter, ByCreation>,
) -> ReadResult<Page<Endpoint>> {
    let mut list = List::new(&Endpoint::TABLE.list_as("w"), "webhook_endpoints w", "w.id");
    list.and("w.account_id = ?", Value::id(query.account.value()));
    let enabled = |status| Value::Bool(status == EndpointStatus::Enabled);
    list.and_some("w.enabled = ?", query.filter.status, enabled);
    list.and_some("w.mode = ?", query.filter.mode, book);
    list.between("w.created_at", query);
    let sort = ("w.created_at", Kind::Int);
    let records = list.fetch(connection, query, sort, &Endpoint::TABLE.kinds())?;
    page(records, query, |record| Ok(Endpoint::read(record)?))
}

/// Events and endpoints of a set of deliveries, in two queries.
pub(super) fn dispatches(
    connection: &mut Connection,
    deliveries: &[Delivery],
) -> ReadResult<Vec<Dispatch>> {
    let events: Vec<u128> = distinct(deliveries.iter().map(|delivery| delivery.event.value()));
    let events: HashMap<EventId, StoredEvent> = by_ids::<EventRow>(connection, &events)?
        .into_iter()
        .map(|row| (row.event.id, row.event))
        .collect();
    let ids: Vec<u128> = distinct(deliveries.iter().map(|delivery| delivery.endpoint.value()));
    let endpoints: HashMap<EndpointId, Endpoint> = by_ids::<Endpoint>(connection, &ids)?
        .into_iter()
        .map(|endpoint| (endpoint.id, endpoint))
        .collect();
    let dispatch = |delivery: &Delivery| {
        let event = events.get(&delivery.event)?.clone();
        let endpoint = endpoints.get(&delivery.endpoint)?.clone();
        Some(Dispatch { delivery: delivery.clone(), event, endpoint })
    };
    Ok(deliveries.iter().filter_map(dispatch).collect())
}

fn distinct(ids: impl Iterator<Item = u128>) -> Vec<u128> {
    let mut ids: Vec<u128> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
