//! Support tickets.

use cardium_accounts::{Ticket, TicketStatus};
use cardium_app::reads::{TicketFilter, TicketSort};
use cardium_kernel::{
    AccountId, AuthorizationId, CardId, CredentialId, DisputeId, EndpointId, EntryId, EventId,
    Metadata, Problem, RequestId, TicketId, Timestamp, TopupId, TransactionId, WithdrawalId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    field::{invalid, required},
    metadata::{MetadataIn, MetadataOut},
    query::{Order, Query},
    text::Text,
};

/// The words of a ticket's status.
pub const STATUSES: &[&str] = &["open", "answered", "closed"];

/// The forms of ids of objects that an account can have.
const OBJECT: &str = "^(acc|key|top|card|auth|tx|bal|evt|wh|dp|wd|tk)_[0-7][0-9a-hjkmnp-tv-z]{25}$";

/// The order of ticket lists.
pub const ORDER: Order<'static, TicketSort> = Order {
    fields: &[("created_at", TicketSort::CreatedAt), ("status", TicketSort::Status)],
    cursor: |text| TicketId::parse(text).map(TicketId::value),
};

/// A question to the programme.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct TicketIn {
    /// What it is about, in a line.
    #[validate(length(min = 3, max = 120))]
    #[schemars(required)]
    subject: Option<String>,
    /// What it is about.
    #[validate(length(min = 10, max = 10_000))]
    #[schemars(required)]
    body: Option<String>,
    /// The request that it is about, as its `X-Request-Id` says.
    #[schemars(with = "Option<Text<RequestId>>")]
    request_id: Option<String>,
    /// The id of the object that it is about.
    #[schemars(regex(pattern = OBJECT))]
    related_object: Option<String>,
    /// Notes of your own.
    metadata: Option<MetadataIn>,
}

/// A question to the programme, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketWish {
    /// What it is about, in a line.
    pub subject: String,
    /// What it is about.
    pub body: String,
    /// The request that it is about.
    pub request: Option<RequestId>,
    /// The id of the object that it is about.
    pub related_object: Option<String>,
    /// The client's own notes.
    pub metadata: Metadata,
}

impl TicketIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<TicketWish, Problem> {
        let request = self.request_id.as_deref().map(RequestId::parse).transpose();
        let object = self.related_object;
        if object.as_deref().is_some_and(|id| !is_object(id)) {
            let rule = "must be the id of an object, such as card_.. or tx_..";
            return Err(invalid("related_object", rule));
        }
        Ok(TicketWish {
            subject: required(self.subject, "subject")?,
            body: required(self.body, "body")?,
            request: request.map_err(|error| invalid("request_id", &format!("is {error}")))?,
            related_object: object,
            metadata: self.metadata.unwrap_or_default().parse()?,
        })
    }
}

/// Whether a text has the form of an id of an object that an account can have.
fn is_object(text: &str) -> bool {
    let kinds: [fn(&str) -> bool; 12] = [
        |text| AccountId::parse(text).is_ok(),
        |text| CredentialId::parse(text).is_ok(),
        |text| TopupId::parse(text).is_ok(),
        |text| CardId::parse(text).is_ok(),
        |text| AuthorizationId::parse(text).is_ok(),
        |text| TransactionId::parse(text).is_ok(),
        |text| EntryId::parse(text).is_ok(),
        |text| EventId::parse(text).is_ok(),
        |text| EndpointId::parse(text).is_ok(),
        |text| DisputeId::parse(text).is_ok(),
        |text| WithdrawalId::parse(text).is_ok(),
        |text| TicketId::parse(text).is_ok(),
    ];
    kinds.iter().any(|is_of_kind| is_of_kind(text))
}

/// The filter of a ticket list.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<TicketFilter, Problem> {
    let status = query.word("status", TicketStatus::parse, "open, answered, closed")?;
    Ok(TicketFilter { status })
}

/// A ticket as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketOut {
    id: Text<TicketId>,
    #[schemars(extend("const" = "ticket"))]
    object: &'static str,
    #[schemars(extend("enum" = STATUSES))]
    status: &'static str,
    subject: String,
    body: String,
    request_id: Option<Text<RequestId>>,
    related_object: Option<String>,
    metadata: MetadataOut,
    /// Until when an answer is promised.
    reply_by: Text<Timestamp>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&Ticket> for TicketOut {
    fn from(ticket: &Ticket) -> Self {
        let draft = &ticket.draft;
        Self {
            id: Text(draft.id),
            object: "ticket",
            status: ticket.status.as_str(),
            subject: draft.subject.clone(),
            body: draft.body.clone(),
            request_id: draft.request.map(Text),
            related_object: draft.related_object.clone(),
            metadata: MetadataOut::from(&draft.metadata),
            reply_by: Text(ticket.reply_by),
            created_at: Text(ticket.created_at),
            updated_at: Text(ticket.updated_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;
    use crate::body::Body;

    fn read(json: &str) -> Result<TicketWish, Problem> {
        Body::parse(json.as_bytes())?.read::<TicketIn>()?.parse()
    }

    #[test]
    fn requests_are_read_or_refused_by_field() {
        let fine = r#"{"subject": "Late", "body": "Ten days ago.", "request_id": null}"#;
        assert_eq!(read(fine).unwrap().subject, "Late");
        let with = |field: &str| fine.replace(r#""request_id": null"#, field);
        let card = CardId::new(1 << 100).to_string();
        read(&with(&format!(r#""related_object": "{card}""#))).unwrap();
        for (json, code, param) in [
            (fine.replace("subject", "topic"), ErrorCode::MissingRequiredField, "subject"),
            (fine.replace("body", "text"), ErrorCode::MissingRequiredField, "body"),
            (fine.replace("Late", "La"), ErrorCode::InvalidField, "subject"),
            (fine.replace("Ten days ago.", "Ten days."), ErrorCode::InvalidField, "body"),
            (with(r#""request_id": "req_1""#), ErrorCode::InvalidField, "request_id"),
            (with(r#""related_object": "card""#), ErrorCode::InvalidField, "related_object"),
            (with(r#""metadata": {"": "x"}"#), ErrorCode::InvalidField, "metadata"),
        ] {
            let problem = read(&json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }

    #[test]
    fn the_words_of_the_schema_are_those_of_the_domain() {
        let words = TicketStatus::ALL.map(TicketStatus::as_str);
        assert_eq!(words, *STATUSES);
    }
}
