//! The tools by name.

use std::{collections::HashMap, sync::Arc};

use cardium_api_v1::{
    openapi,
    operation::{Access, Agents, Content, Effect, Impact, Method, Operation},
};
use cardium_auth::Credential;
use rmcp::model::{MetaObject, Tool, ToolAnnotations};
use serde_json::{Map, Value};

use crate::schema::Source;

/// Operations that reach beyond the programme: a chain, or an endpoint that its owner names.
const REACHES_OUT: [&str; 6] = [
    "withdraw",
    "create_webhook",
    "update_webhook",
    "replay_webhook",
    "ping_webhook",
    "recover_webhook",
];
/// Metadata of a tool: the scope that it needs, and whether its answer holds a secret.
const META_SCOPE: &str = "cardium/scope";
const META_SECRET: &str = "cardium/secret";

/// An operation with its tool.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The operation.
    pub operation: &'static Operation,
    /// Its tool.
    pub tool: Tool,
}

/// The tools of the operations that are served, in the table's order.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    places: HashMap<&'static str, usize>,
}

impl Catalogue {
    /// The tools of these operations.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = &'static Operation>) -> Self {
        let document = openapi::document_with_helpers("/v1");
        let source = Source(&document);
        let entry = |operation| Entry { operation, tool: tool(operation, &source) };
        let entries: Vec<Entry> = operations.into_iter().map(entry).collect();
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.operation.id, place));
        Self { places: places.collect(), entries }
    }

    /// The tool with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.places.get(name)?)
    }

    /// All tools.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The tools that this caller may call, as far as its credential alone tells.
    pub fn offered_to(&self, caller: &Credential) -> impl Iterator<Item = &Entry> {
        self.iter().filter(|entry| entry.operation.admit(caller).is_ok())
    }
}

fn tool(operation: &'static Operation, source: &Source<'_>) -> Tool {
    let input = Arc::new(source.input(operation));
    let tool = Tool::new(operation.id, description(operation), input)
        .with_title(title(operation.id))
        .with_annotations(annotations(operation))
        .with_meta(meta(operation));
    match source.output(operation) {
        Some(output) => tool.with_raw_output_schema(Arc::new(output)),
        None => tool,
    }
}

/// The name in words.
fn title(id: &str) -> String {
    let words = id.replace('_', " ");
    let (first, rest) = words.split_at(words.len().min(1));
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn description(operation: &Operation) -> String {
    let mut text = format!("{}.", operation.summary.trim_end_matches('.'));
    match operation.access {
        Access::Public | Access::Bearer(None) => {}
        Access::Bearer(Some(scope)) => {
            text.push_str(&format!(" Needs the scope {}.", scope.as_str()));
        }
        Access::Own(scope) => {
            text.push_str(&format!(" Needs the scope {}, a client none.", scope.as_str()));
        }
        Access::Session => text.push_str(" Needs a signed-in session."),
    }
    if operation.agents == Agents::Never {
        text.push_str(" No agent may call it.");
    }
    if operation.content == Content::Secret {
        text.push_str(" The answer may hold a secret: do not keep it.");
    }
    if operation.dry_run {
        text.push_str(" Can be tried first with `dry_run`.");
    }
    text
}

fn annotations(operation: &Operation) -> ToolAnnotations {
    let repeats = matches!(operation.method, Method::Patch | Method::Delete);
    ToolAnnotations::with_title(title(operation.id))
        .read_only(operation.impact == Impact::Nothing)
        .destructive(operation.impact == Impact::Final)
        .idempotent(operation.effect == Effect::Read || repeats)
        .open_world(REACHES_OUT.contains(&operation.id))
}

fn meta(operation: &Operation) -> MetaObject {
    let mut meta = Map::new();
    if let Some(scope) = operation.access.scope() {
        meta.insert(META_SCOPE.to_owned(), scope.as_str().into());
    }
    if operation.content == Content::Secret {
        meta.insert(META_SECRET.to_owned(), Value::Bool(true));
    }
    MetaObject(meta)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cardium_api_v1::operation::{operations, test_operations};

    use super::*;

    fn all() -> Vec<&'static Operation> {
        operations().chain(test_operations()).collect()
    }

    fn catalogue() -> Catalogue {
        Catalogue::new(all())
    }

    fn input(tool: &Tool) -> &Map<String, Value> {
        &tool.input_schema
    }

    /// Every `$ref` and `format` below a schema.
    fn words(schema: &Value, key: &str, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                found.extend(fields.get(key).and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| words(value, key, found));
            }
            Value::Array(items) => items.iter().for_each(|item| words(item, key, found)),
            _ => {}
        }
    }

    #[test]
    fn tools_and_operations_are_the_same_list() {
        let names: Vec<_> = catalogue().iter().map(|entry| entry.tool.name.to_string()).collect();
        let operations: Vec<_> = all().iter().map(|operation| operation.id.to_owned()).collect();
        assert_eq!(names, operations);
        let catalogue = catalogue();
        assert!(operations.iter().all(|id| catalogue.find(id).unwrap().operation.id == id));
        assert!(catalogue.find("drop_tables").is_none());
        let known = |id: &&str| all().iter().any(|operation| operation.id == *id);
        assert!(REACHES_OUT.iter().all(known));
    }

    #[test]
    fn schemas_are_closed_objects_that_stand_alone() {
        for entry in catalogue().iter() {
            let name = entry.operation.id;
            assert_eq!(input(&entry.tool)["type"], "object", "{name}");
            assert_eq!(input(&entry.tool)["additionalProperties"], false, "{name}");
            let schemas = [Some(&entry.tool.input_schema), entry.tool.output_schema.as_ref()];
            for schema in schemas.into_iter().flatten() {
                let value = Value::Object((**schema).clone());
                assert_eq!(value["type"], "object", "{name}");
                let (mut targets, mut formats) = (BTreeSet::new(), BTreeSet::new());
                words(&value, "$ref", &mut targets);
                words(&value, "format", &mut formats);
                for target in targets {
                    let place = target.strip_prefix('#').unwrap();
                    assert!(value.pointer(place).is_some(), "{name}: {target}");
                }
                let foreign = ["uint", "int", "double", "float"];
                let known = |format: &String| !foreign.iter().any(|word| format.starts_with(word));
                assert!(formats.iter().all(known), "{name}: {formats:?}");
            }
        }
    }

    #[test]
    fn arguments_are_those_that_a_call_can_be_taken_apart_into() {
        for entry in catalogue().iter() {
            let (name, schema) = (entry.operation.id, input(&entry.tool));
            let properties = schema["properties"].as_object().unwrap();
            for argument in properties.keys() {
                let arguments = Map::from_iter([(argument.clone(), Value::Null)]);
                let taken = crate::take_apart(entry.operation, arguments);
                let param = taken.err().and_then(|problem| problem.param);
                assert_ne!(param.as_ref(), Some(argument).filter(|name| *name != "id"), "{name}");
            }
            let required = schema.get("required").and_then(Value::as_array);
            for argument in required.into_iter().flatten() {
                assert!(properties.contains_key(argument.as_str().unwrap()), "{name}: {argument}");
            }
            for id in ["id", "eid"] {
                let in_path = entry.operation.path.contains(&format!("{{{id}}}"));
                assert!(!in_path || properties.contains_key(id), "{name}: {id}");
            }
            let fields = entry.operation.fields().into_iter().flatten();
            let own = ["id", "eid", crate::IDEMPOTENCY_KEY, crate::DRY_RUN];
            assert!(fields.clone().all(|field| properties.contains_key(field)), "{name}");
            assert!(fields.clone().all(|field| !own.contains(&field.as_str())), "{name}");
        }
    }

    #[test]
    fn ids_are_said_in_words() {
        let catalogue = catalogue();
        let said = |id: &str, name: &str| {
            let properties = &input(&catalogue.find(id).unwrap().tool)["properties"];
            properties[name]["description"].as_str().unwrap().to_owned()
        };
        assert_eq!(said("load_card", "id"), "The card's id, as `card_...`");
        assert_eq!(said("replay_webhook", "id"), "The webhook endpoint's id, as `wh_...`");
        assert_eq!(said("replay_webhook", "eid"), "The event's id, as `evt_...`");
        for entry in catalogue.iter() {
            for name in ["id", "eid"] {
                if entry.operation.path.contains(&format!("{{{name}}}")) {
                    let said = said(entry.operation.id, name);
                    assert!(said.ends_with("_...`"), "{}: {said}", entry.operation.id);
                }
            }
        }
    }

    #[test]
    fn hints_follow_the_table() {
        let catalogue = catalogue();
        let hints = |id: &str| {
            let hints = catalogue.find(id).unwrap().tool.annotations.clone().unwrap();
            (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint)
        };
        let some = |read, destructive, open| (Some(read), Some(destructive), Some(open));
        assert_eq!(hints("list_cards"), some(true, false, false));
        assert_eq!(hints("check_authorization"), some(true, false, false));
        assert_eq!(hints("load_card"), some(false, false, false));
        assert_eq!(hints("reveal_pan"), some(false, true, false));
        assert_eq!(hints("cancel_card"), some(false, true, false));
        assert_eq!(hints("withdraw"), some(false, true, true));
        let secret = catalogue.find("reveal_pan").unwrap().tool.meta.clone().unwrap();
        assert_eq!(secret.0[META_SECRET], true);
        assert_eq!(secret.0[META_SCOPE], "card:reveal_pan");
    }

    #[test]
    fn names_are_those_that_clients_take() {
        for entry in catalogue().iter() {
            let plain = |name: &str, more: &str| {
                let fits = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
                (1..=64).contains(&name.len()) && name.chars().all(fits)
            };
            assert!(plain(entry.operation.id, "_-"), "{}", entry.operation.id);
            let properties = input(&entry.tool)["properties"].as_object().unwrap();
            assert!(properties.keys().all(|name| plain(name, "_.-")), "{}", entry.operation.id);
        }
        let size = |entry: &Entry| serde_json::to_vec(&entry.tool).unwrap().len();
        let all: usize = catalogue().iter().map(size).sum();
        assert!(all < 352 * 1_024, "a list of {all} bytes is too long for a client");
    }
}
