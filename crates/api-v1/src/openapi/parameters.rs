use cardium_kernel::{
    AccountId, ActivityId, ApprovalId, AuthorizationId, CardId, CredentialId, DisputeId,
    EndpointId, EventId, EvidenceId, GrantId, PageLimit, TicketId, TopupId, TransactionId,
    WithdrawalId,
};
use serde_json::{Value, json};

use super::schemas::Schemas;
use crate::{
    operation::{Effect, Kind, Operation, Parameter, Place, Shape},
    text::Text,
};

/// Text without control characters, which no parameter takes.
const PRINTABLE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*$";
/// An amount of either sign in a query string.
const MONEY: &str = "^-?[0-9]{1,9}(\\.[0-9]{1,2})?$";

/// The parameters of an operation.
pub(super) fn of(operation: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let mut parameters = path(operation.path, schemas);
    if !operation.sorts.is_empty() {
        let names = ["Limit", "Cursor", "CreatedAfter", "CreatedBefore"];
        parameters.extend(names.map(shared_one));
        parameters.push(sort(operation.sorts));
    }
    parameters.extend(operation.parameters.iter().map(|parameter| own(parameter, schemas)));
    if operation.effect == Effect::Once {
        parameters.push(shared_one("IdempotencyKey"));
    }
    if operation.dry_run {
        parameters.push(shared_one("DryRun"));
    }
    parameters
}

fn shared_one(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// The parameters that many operations have.
pub(super) fn shared() -> Value {
    let moment = json!({"type": "string", "format": "date-time"});
    let query = |name: &str, description: &str, schema: Value| {
        let place = "query";
        json!({"name": name, "in": place, "description": description, "schema": schema})
    };
    json!({
        "Limit": query("limit", "How many objects a page has at most", json!({
            "type": "integer",
            "minimum": 1,
            "maximum": PageLimit::MAX,
            "default": PageLimit::DEFAULT.get(),
        })),
        "Cursor": query("cursor", "The id of the last object of the page before", json!({
            "type": "string",
            "pattern": "^[a-z]+_[0-9a-z]{26}$",
        })),
        "CreatedAfter": query("created_after", "Only what was made from then on", moment.clone()),
        "CreatedBefore": query("created_before", "Only what was made before this moment", moment),
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Makes the request take effect at most once: the same key with the \
                            same body is answered with what the first one was, for 24 hours",
            "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
        },
        "DryRun": {
            "name": "Dry-Run",
            "in": "header",
            "description": "`true` answers what would happen, and lets nothing happen",
            "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
        },
    })
}

fn sort(fields: &[&str]) -> Value {
    let both = fields.iter().flat_map(|field| [(*field).to_owned(), format!("-{field}")]);
    let default = fields.first().map(|field| format!("-{field}"));
    json!({
        "name": "sort",
        "in": "query",
        "description": "The field that orders the list; with a minus the greatest comes first",
        "schema": {"type": "string", "enum": both.collect::<Vec<_>>(), "default": default},
    })
}

fn own(parameter: &Parameter, schemas: &mut Schemas) -> Value {
    let place = match parameter.place {
        Place::Query => "query",
        Place::Header => "header",
    };
    let schema = match parameter.kind {
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::Words(words) => {
            json!({"type": "array", "items": {"type": "string", "enum": words}, "minItems": 1})
        }
        Kind::Text(most) => json!({"type": "string", "maxLength": most, "pattern": PRINTABLE}),
        Kind::Money => json!({"type": "string", "pattern": MONEY}),
        Kind::Moment => json!({"type": "string", "format": "date-time"}),
        Kind::Number(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Form(shape) => schemas.input(shape),
    };
    let mut described = json!({
        "name": parameter.name,
        "in": place,
        "description": parameter.summary,
        "schema": schema,
    });
    if matches!(parameter.kind, Kind::Words(_)) {
        described["explode"] = false.into();
    }
    described
}

fn path(path: &str, schemas: &mut Schemas) -> Vec<Value> {
    let segments: Vec<&str> = path.split('/').collect();
    let pairs = segments.windows(2).filter_map(|pair| match pair {
        [before, name] => Some((*before, name.strip_prefix('{')?.strip_suffix('}')?)),
        _ => None,
    });
    let parameter = |(before, name): (&str, &str)| {
        let schema = id_in(before).map_or(json!({"type": "string"}), |id| schemas.input(id));
        json!({"name": name, "in": "path", "required": true, "schema": schema})
    };
    pairs.map(parameter).collect()
}

/// The kind of id that follows a segment of a path.
pub(super) fn id_in(segment: &str) -> Option<Shape> {
    Some(match segment {
        "accounts" => Shape::of::<Text<AccountId>>(),
        "activity" => Shape::of::<Text<ActivityId>>(),
        "api_keys" => Shape::of::<Text<CredentialId>>(),
        "approvals" => Shape::of::<Text<ApprovalId>>(),
        "authorizations" => Shape::of::<Text<AuthorizationId>>(),
        "cards" => Shape::of::<Text<CardId>>(),
        "disputes" => Shape::of::<Text<DisputeId>>(),
        "events" => Shape::of::<Text<EventId>>(),
        "evidence" => Shape::of::<Text<EvidenceId>>(),
        "grants" => Shape::of::<Text<GrantId>>(),
        "replay" => Shape::of::<Text<EventId>>(),
        "tickets" => Shape::of::<Text<TicketId>>(),
        "topups" => Shape::of::<Text<TopupId>>(),
        "transactions" => Shape::of::<Text<TransactionId>>(),
        "webhooks" => Shape::of::<Text<EndpointId>>(),
        "withdrawals" => Shape::of::<Text<WithdrawalId>>(),
        _ => return None,
    })
}
