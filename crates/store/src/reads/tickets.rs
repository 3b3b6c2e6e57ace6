use cardium_accounts::Ticket;
use cardium_app::reads::{ListQuery, ReadResult, TicketFilter, TicketSort};
use cardium_kernel::{AccountId, Page, TicketId};

use super::{
    first,
    list::{List, page, text},
    select,
};
use crate::{
    db::{Connection, Kind, Sql, Value},
    rows::Row,
};

pub(super) fn find_ticket(
    connection: &mut Connection,
    account: AccountId,
    id: TicketId,
) -> ReadResult<Option<Ticket>> {
    let sql = Sql::new(select::<Ticket>("id = ? AND account_id = ?"));
    first(connection, &sql.id(id.value()).id(account.value()))
}

pub(super) fn list_tickets(
    connection: &mut Connection,
    query: &ListQuery<TicketFilter, TicketSort>,
) -> ReadResult<Page<Ticket>> {
    let mut list = List::new(&Ticket::TABLE.list_as("t"), "tickets t", "t.id");
    list.and("t.account_id = ?", Value::id(query.account.value()));
    list.and_some("t.status = ?", query.filter.status, |status| text(status.as_str()));
    list.between("t.created_at", query);
    let sort = match query.sort.field {
        TicketSort::CreatedAt => ("t.created_at", Kind::Int),
        TicketSort::Status => ("t.status", Kind::Text),
    };
    let records = list.fetch(connection, query, sort, &Ticket::TABLE.kinds())?;
    page(records, query, |record| Ok(Ticket::read(record)?))
}
