use cardium_accounts::Ticket;
use cardium_api_v1::{
    ticket::{self, TicketIn, TicketOut},
    to_json,
};
use cardium_app::tickets::{CloseTicket, OpenTicket};
use cardium_kernel::{Problem, TicketId};

use crate::call::{Call, Outcome};

fn show(ticket: &Ticket) -> Vec<u8> {
    to_json(&TicketOut::from(ticket))
}

pub async fn open_ticket(call: Call) -> Outcome {
    let wish = call.input::<TicketIn>()?.parse()?;
    let open = OpenTicket {
        id: TicketId::new(call.state.wiring.edge.mint()),
        subject: wish.subject,
        body: wish.body,
        request: wish.request,
        related_object: wish.related_object,
        metadata: wish.metadata,
    };
    call.once(open, show).await
}

pub async fn list_tickets(call: Call) -> Outcome {
    let query = call.query()?;
    let query = query.list(call.account()?, ticket::filter(&query)?, &ticket::ORDER)?;
    let page = call.read(move |reads| reads.list_tickets(&query)).await?;
    Ok(call.page(&page, |ticket| ticket.draft.id.to_string(), TicketOut::from))
}

pub async fn get_ticket(call: Call) -> Outcome {
    let (account, id) = (call.account()?, call.path_id(TicketId::parse, "ticket")?);
    let found = call.read(move |reads| reads.find_ticket(account, id)).await?;
    let found = found.filter(|ticket| is_reached(&call, ticket));
    let ticket = found.ok_or_else(|| Problem::not_found("ticket"))?;
    Ok(call.answer(&TicketOut::from(&ticket)))
}

/// Whether the caller may know of a ticket: whoever is narrowed to cards, of those about one of
/// them.
fn is_reached(call: &Call, ticket: &Ticket) -> bool {
    match ticket.card() {
        Some(card) => call.reaches_card(card),
        None => call.cards().is_none(),
    }
}

pub async fn close_ticket(call: Call) -> Outcome {
    let id = call.path_id(TicketId::parse, "ticket")?;
    call.once(CloseTicket { id }, show).await
}
