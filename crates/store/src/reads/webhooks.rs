use cardium_app::reads::{ByCreation, ListQuery, ReadResult, WebhookFilter};
use cardium_kernel::Page;
use cardium_webhooks::{Endpoint, EndpointStatus};

use super::list::{List, page};
use crate::{
    db::{Connection, Kind, Value},
    rows::{Row, book},
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
