use cardium_app::announcements::{AnnouncementStore, Spreading};
use cardium_kernel::{AnnouncementId, StoreError};

use super::BatchTx;
use crate::{
    db::{Sql, Value},
    rows::Row,
};

impl AnnouncementStore for BatchTx<'_> {
    fn take_announcement(&mut self, id: AnnouncementId) -> Result<Option<Spreading>, StoreError> {
        let connection = self.cold()?;
        let lock = if connection.is_postgres() { " FOR NO KEY UPDATE SKIP LOCKED" } else { "" };
        let list = Spreading::TABLE.list();
        let text =
            format!("SELECT {list} FROM announcements WHERE id = ? AND finished = FALSE{lock}");
        let record = connection.first(&Sql::new(text).id(id.value()), &Spreading::TABLE.kinds())?;
        record.map(Spreading::read).transpose()
    }

    fn save_announcement(&mut self, spreading: &Spreading) -> Result<(), StoreError> {
        let reached = Value::optional(spreading.reached, |id| Value::id(id.value()));
        let text = "UPDATE announcements SET reached_account = ?, finished = ? WHERE id = ?";
        let sql = Sql::new(text).bind(reached).bind(Value::Bool(spreading.finished));
        self.cold()?.execute(&sql.id(spreading.announcement.id.value()))?;
        Ok(())
    }
}
