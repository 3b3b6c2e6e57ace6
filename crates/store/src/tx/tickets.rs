use cardium_accounts::{Ticket, TicketStatus, TicketStore};
use cardium_app::tickets::HolderStore;
use cardium_cards::CardStatus;
use cardium_kernel::{AccountId, StoreError, TicketId};

use super::BatchTx;
use crate::{
    batch::insert_rows,
    db::Sql,
    rows::{Row, time},
};

impl HolderStore for BatchTx<'_> {
    fn holds_active_card(&mut self, account: AccountId) -> Result<bool, StoreError> {
        let text = "SELECT COUNT(*) FROM (SELECT id FROM cards WHERE account_id = ? \
                    AND status = ? LIMIT 1) AS active";
        let sql = Sql::new(text).id(account.value()).text(CardStatus::Active.as_str());
        Ok(self.cold()?.integer(&sql)? > 0)
    }
}

impl TicketStore for BatchTx<'_> {
    fn count_open_tickets(&mut self, account: AccountId) -> Result<i64, StoreError> {
        let text = "SELECT COUNT(*) FROM tickets WHERE account_id = ? AND status = ?";
        let sql = Sql::new(text).id(account.value()).text(TicketStatus::Open.as_str());
        Ok(self.cold()?.integer(&sql)?)
    }

    fn find_ticket(
        &mut self,
        account: AccountId,
        id: TicketId,
    ) -> Result<Option<Ticket>, StoreError> {
        let list = Ticket::TABLE.list();
        let text = format!("SELECT {list} FROM tickets WHERE id = ? AND account_id = ?");
        let sql = Sql::new(text).id(id.value()).id(account.value());
        let record = self.cold()?.first(&sql, &Ticket::TABLE.kinds())?;
        record.map(Ticket::read).transpose()
    }

    fn insert_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError> {
        Ok(insert_rows(self.cold()?, std::slice::from_ref(ticket))?)
    }

    fn save_ticket(&mut self, ticket: &Ticket) -> Result<(), StoreError> {
        let sql = Sql::new("UPDATE tickets SET status = ?, updated_at = ? WHERE id = ?");
        let sql = sql.text(ticket.status.as_str()).bind(time(ticket.updated_at));
        self.cold()?.execute(&sql.id(ticket.draft.id.value()))?;
        Ok(())
    }
}
