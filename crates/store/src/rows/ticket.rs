use cardium_accounts::{Ticket, TicketDraft, TicketRecord, TicketStatus};
use cardium_kernel::{AccountId, RequestId, StoreError, TicketId};

use super::{Fields, Kind, Row, Table, Value, metadata::metadata, time};

impl Row for Ticket {
    const TABLE: Table = Table {
        name: "tickets",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("status", Kind::Text),
            ("subject", Kind::Text),
            ("body", Kind::Text),
            ("request_id", Kind::Id),
            ("related_object", Kind::Text),
            ("metadata", Kind::Text),
            ("reply_by", Kind::Int),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.draft.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let draft = &self.draft;
        vec![
            Value::id(draft.id.value()),
            Value::id(draft.account.value()),
            Value::text(self.status.as_str()),
            Value::text(&draft.subject),
            Value::text(&draft.body),
            Value::optional(draft.request, |id| Value::id(id.value())),
            Value::optional(draft.related_object.as_deref(), Value::text),
            metadata(&draft.metadata),
            time(self.reply_by),
            time(self.created_at),
            time(self.updated_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let (id, account) = (TicketId::new(fields.id()?), AccountId::new(fields.id()?));
        let status = fields.word(TicketStatus::parse)?;
        let draft = TicketDraft {
            id,
            account,
            subject: fields.text()?,
            body: fields.text()?,
            request: fields.optional(Fields::id)?.map(RequestId::new),
            related_object: fields.optional(Fields::text)?,
            metadata: fields.metadata()?,
        };
        Ok(Self::restore(TicketRecord {
            draft,
            status,
            reply_by: fields.time()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        }))
    }
}
