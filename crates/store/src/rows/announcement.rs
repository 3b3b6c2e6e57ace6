use cardium_app::announcements::{Announcement, AnnouncementKind, AnnouncementRecord, Spreading};
use cardium_kernel::{AccountId, AnnouncementId, StoreError};

use super::{Fields, Kind, Row, Table, Value, time};

impl Row for Spreading {
    const TABLE: Table = Table {
        name: "announcements",
        columns: &[
            ("id", Kind::Id),
            ("kind", Kind::Text),
            ("message", Kind::Text),
            ("starts_at", Kind::Int),
            ("ends_at", Kind::Int),
            ("sunset_at", Kind::Int),
            ("url", Kind::Text),
            ("created_at", Kind::Int),
            ("newest_account", Kind::Id),
            ("reached_account", Kind::Id),
            ("finished", Kind::Bool),
        ],
    };

    fn key(&self) -> u128 {
        self.announcement.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let said = &self.announcement;
        let account = |id: AccountId| Value::id(id.value());
        vec![
            Value::id(said.id.value()),
            Value::text(said.kind.as_str()),
            Value::text(&said.message),
            Value::optional(said.starts_at, time),
            Value::optional(said.ends_at, time),
            Value::optional(said.sunset_at, time),
            Value::optional(said.url.as_deref(), Value::text),
            time(said.created_at),
            Value::optional(self.newest, account),
            Value::optional(self.reached, account),
            Value::Bool(self.finished),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let announcement = Announcement::restore(AnnouncementRecord {
            id: AnnouncementId::new(fields.id()?),
            kind: fields.word(AnnouncementKind::parse)?,
            message: fields.text()?,
            starts_at: fields.optional(Fields::time)?,
            ends_at: fields.optional(Fields::time)?,
            sunset_at: fields.optional(Fields::time)?,
            url: fields.optional(Fields::text)?,
            created_at: fields.time()?,
        });
        Ok(Self {
            announcement,
            newest: fields.optional(Fields::id)?.map(AccountId::new),
            reached: fields.optional(Fields::id)?.map(AccountId::new),
            finished: fields.bool()?,
        })
    }
}
