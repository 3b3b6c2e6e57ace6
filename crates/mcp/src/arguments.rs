//! A tool call's arguments, taken apart into the request that they stand for.

use cardium_api_v1::{
    body::Body,
    field::invalid,
    operation::{Effect, Operation, Place},
};
use cardium_kernel::{IdempotencyKey, Problem};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

/// What stands for the header `Idempotency-Key`.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";
/// What stands for the header `Dry-Run`.
pub const DRY_RUN: &str = "dry_run";
/// What every list takes.
const LIST: [&str; 5] = ["limit", "cursor", "created_after", "created_before", "sort"];

/// The request that a tool call stands for.
#[derive(Debug, Default)]
pub struct Request {
    /// The path's `{id}`, or empty.
    pub id: String,
    /// The path's `{eid}`, or empty.
    pub eid: String,
    /// The query string.
    pub query: String,
    /// Headers that the operation declares, by their declared names.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// Where the command is to take effect once.
    pub key: Option<IdempotencyKey>,
    /// Whether it is only tried.
    pub is_trial: bool,
}

/// What an argument stands for.
enum Role {
    Id,
    EventId,
    Query,
    Header(&'static str),
    Field,
    Key,
    DryRun,
}

/// Takes the arguments of a call of the operation's tool apart.
///
/// # Errors
/// `invalid_field` for an argument that the tool does not have or that cannot be what it stands
/// for, `missing_required_field` for an id of the path. What else is wrong, the operation says.
pub fn take_apart(
    operation: &Operation,
    arguments: Map<String, Value>,
) -> Result<Request, Problem> {
    let (mut request, mut fields) = (Request::default(), Map::new());
    let mut query = Serializer::new(String::new());
    for (name, value) in arguments {
        let role = role(operation, &name).ok_or_else(|| unknown(operation, &name))?;
        // Models fill what they leave out with null; of a body that means something.
        if value.is_null() && !matches!(role, Role::Field) {
            continue;
        }
        match role {
            Role::Id => request.id = text(&name, value)?,
            Role::EventId => request.eid = text(&name, value)?,
            Role::Query => {
                query.append_pair(&name, &words(&name, value)?);
            }
            Role::Header(header) => request.headers.push((header, text(&name, value)?)),
            Role::Field => {
                fields.insert(name, value);
            }
            Role::Key => request.key = Some(key(value)?),
            Role::DryRun => request.is_trial = flag(&name, &value)?,
        }
    }
    for (name, given) in [("id", &request.id), ("eid", &request.eid)] {
        if operation.path.contains(&format!("{{{name}}}")) && given.is_empty() {
            return Err(Problem::missing(name));
        }
    }
    request.query = query.finish();
    request.body = Body::from_fields(fields)?;
    Ok(request)
}

fn role(operation: &Operation, name: &str) -> Option<Role> {
    if let Some(parameter) = operation.parameters.iter().find(|one| one.name == name) {
        return Some(match parameter.place {
            Place::Query => Role::Query,
            Place::Header => Role::Header(parameter.name),
        });
    }
    match name {
        "id" if operation.path.contains("{id}") => Some(Role::Id),
        "eid" if operation.path.contains("{eid}") => Some(Role::EventId),
        IDEMPOTENCY_KEY if operation.effect == Effect::Once => Some(Role::Key),
        DRY_RUN if operation.dry_run => Some(Role::DryRun),
        _ if LIST.contains(&name) && !operation.sorts.is_empty() => Some(Role::Query),
        _ => {
            operation.input?;
            let known = operation.fields().is_none_or(|fields| fields.contains(name));
            known.then_some(Role::Field)
        }
    }
}

fn unknown(operation: &Operation, name: &str) -> Problem {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    invalid(&shown, &format!("is no argument of {}", operation.id))
}

/// A scalar as a path, a query or a header has it.
fn text(name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(invalid(name, "must be text")),
    }
}

/// The same, or a list of them.
fn words(name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.into_iter().map(|item| text(name, item)).collect();
            Ok(items?.join(","))
        }
        other => text(name, other),
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| invalid(name, "must be true or false"))
}

fn key(value: Value) -> Result<IdempotencyKey, Problem> {
    let key = text(IDEMPOTENCY_KEY, value)?;
    let rule = "must be 1 to 255 printable ASCII characters";
    IdempotencyKey::parse(&key).map_err(|_| invalid(IDEMPOTENCY_KEY, rule))
}

#[cfg(test)]
mod tests {
    use cardium_api_v1::operation::operations;
    use cardium_kernel::ErrorCode;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn taken(id: &str, arguments: Value) -> Result<Request, Problem> {
        let operation = operations().find(|one| one.id == id).unwrap();
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        take_apart(operation, arguments)
    }

    #[test]
    fn each_argument_goes_where_the_request_has_it() {
        let arguments = json!({
            "id": "card_1", "amount_usd": "12.50", "idempotency_key": "k 1", "dry_run": true,
        });
        let request = taken("load_card", arguments).unwrap();
        assert_eq!((request.id.as_str(), request.query.as_str()), ("card_1", ""));
        assert_eq!(request.body.canonical(), r#"{"amount_usd":"12.50",}"#);
        assert_eq!(request.key.unwrap().as_str(), "k 1");
        assert!(request.is_trial);
        let arguments = json!({"limit": 3, "status": "active", "cursor": null});
        assert_eq!(taken("list_cards", arguments).unwrap().query, "limit=3&status=active");
        let arguments = json!({"id": "dsp_1", "expand": ["transaction"]});
        assert_eq!(taken("get_dispute", arguments).unwrap().query, "expand=transaction");
        let request = taken("disable_2fa", json!({"X-Password": "p"})).unwrap();
        assert_eq!(request.headers, [("X-Password", "p".to_owned())]);
        let request = taken("replay_webhook", json!({"id": "a", "eid": "b"})).unwrap();
        assert_eq!((request.id.as_str(), request.eid.as_str()), ("a", "b"));
    }

    #[test]
    fn what_a_tool_does_not_take_is_named() {
        for (tool, arguments, code, param) in [
            ("list_cards", json!({"colour": "red"}), ErrorCode::InvalidField, "colour"),
            ("get_card", json!({"id": "c", "limit": 1}), ErrorCode::InvalidField, "limit"),
            ("get_card", json!({}), ErrorCode::MissingRequiredField, "id"),
            ("get_card", json!({"id": ["c"]}), ErrorCode::InvalidField, "id"),
            ("get_card", json!({"id": "c", "idempotency_key": "k"}), ErrorCode::InvalidField, KEY),
            ("freeze_card", json!({"id": "c", "dry_run": true}), ErrorCode::InvalidField, DRY_RUN),
            ("load_card", json!({"id": "c", "dry_run": "yes"}), ErrorCode::InvalidField, DRY_RUN),
            ("load_card", json!({"id": "c", KEY: "\n"}), ErrorCode::InvalidField, KEY),
            ("open_ticket", json!({"subject": "a\0"}), ErrorCode::InvalidField, "subject"),
        ] {
            let problem = taken(tool, arguments).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{tool}");
        }
    }

    const KEY: &str = IDEMPOTENCY_KEY;

    proptest! {
        #[test]
        fn text_in_a_query_comes_out_as_it_went_in(label in "\\PC{0,40}", limit in 1..100_u8) {
            let request = taken("list_cards", json!({"label": label, "limit": limit})).unwrap();
            let read: Vec<_> =
                url::form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
            prop_assert_eq!(&read[0], &("label".to_owned(), label));
            prop_assert_eq!(&read[1], &("limit".to_owned(), limit.to_string()));
        }

        #[test]
        fn no_arguments_are_lost_or_panic(
            name in "[a-z_]{1,12}|id|eid|limit|dry_run|idempotency_key|amount_usd",
            value in prop_oneof![
                Just(Value::Null), any::<bool>().prop_map(Value::from),
                any::<i64>().prop_map(Value::from), ".{0,10}".prop_map(Value::from),
            ],
        ) {
            for operation in operations() {
                let arguments = Map::from_iter([(name.clone(), value.clone())]);
                let known = role(operation, &name).is_some();
                if let Err(problem) = take_apart(operation, arguments) {
                    prop_assert!(problem.param.is_some());
                } else {
                    prop_assert!(known, "{} swallows {name}", operation.id);
                }
            }
        }
    }
}
