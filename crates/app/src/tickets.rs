//! Support tickets: opened by holders of an active card, and closed. Answers come from the
//! programme's operators and are not given here.

use cardium_accounts::{Standing, Ticket, TicketDraft, close_ticket, open_ticket};
use cardium_kernel::{AccountId, Change, Metadata, Problem, RequestId, StoreError, TicketId};

use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase};

/// What ticket commands ask of other aggregates.
pub trait HolderStore {
    /// Whether an account holds an active card.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn holds_active_card(&mut self, account: AccountId) -> Result<bool, StoreError>;
}

/// Opens a ticket.
#[derive(Debug, Clone)]
pub struct OpenTicket {
    /// The new ticket's id.
    pub id: TicketId,
    /// What it is about, in a line.
    pub subject: String,
    /// What it is about.
    pub body: String,
    /// The request that it is about.
    pub request: Option<RequestId>,
    /// The id of the object that it is about.
    pub related_object: Option<String>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl OpenTicket {
    fn draft(&self, account: AccountId) -> TicketDraft {
        TicketDraft {
            id: self.id,
            account,
            subject: self.subject.clone(),
            body: self.body.clone(),
            request: self.request,
            related_object: self.related_object.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

impl UseCase for OpenTicket {
    type Output = Ticket;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Ticket> {
        let (account, now) = (unit.account()?, unit.now());
        let holds = unit.tx.holds_active_card(account)?;
        let standing = if holds { Standing::Cardholder } else { Standing::Other };
        let most = unit.policy().open_tickets_maximum;
        let ticket = open_ticket(unit.tx, self.draft(account), (standing, most), now)?;
        unit.audit(account, "ticket.opened", &self.id)?;
        Ok(Ending::Done(ticket))
    }
}

/// Closes a ticket; one that is closed stays so.
#[derive(Debug, Clone)]
pub struct CloseTicket {
    /// Which one.
    pub id: TicketId,
}

impl UseCase for CloseTicket {
    type Output = Ticket;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Ticket> {
        let (account, now) = (unit.account()?, unit.now());
        self.check_reach(unit, account)?;
        let closed = close_ticket(unit.tx, (account, self.id), now)?;
        let (ticket, change) = closed.ok_or_else(|| Problem::not_found("ticket"))?;
        if change == Change::Applied {
            unit.audit(account, "ticket.closed", &self.id)?;
        }
        Ok(Ending::Done(ticket))
    }
}

impl CloseTicket {
    /// To a grant that is narrowed to cards, tickets about anything else look unknown.
    fn check_reach(&self, unit: &mut Unit<'_>, account: AccountId) -> Result<(), CommandError> {
        if unit.grant().is_none_or(|grant| grant.cards.is_none()) {
            return Ok(());
        }
        let card = unit.tx.find_ticket(account, self.id)?.and_then(|ticket| ticket.card());
        match card {
            Some(card) if unit.reaches_card(card) => Ok(()),
            _ => Err(Problem::not_found("ticket").into()),
        }
    }
}
