//! Schemas of tools: those of the published document, each with all that it refers to.
//!
//! Models read them, so they are plain: no keyword that big clients refuse at the top, no format
//! that JSON Schema does not know.

use std::collections::BTreeSet;

use cardium_api_v1::operation::{Effect, Operation};
use cardium_kernel::{
    ApprovalId, AuthorizationId, CardId, CredentialId, DisputeId, EndpointId, EventId, EvidenceId,
    GrantId, TicketId, TopupId, TransactionId, WithdrawalId,
};
use serde_json::{Map, Value, json};

use crate::arguments::{DRY_RUN, IDEMPOTENCY_KEY};

/// Where the document keeps its schemas, and where a tool does.
const SCHEMAS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";
/// Formats that JSON Schema 2020-12 knows and wire types use; others are the language's own.
const FORMATS: [&str; 7] = ["date", "date-time", "email", "hostname", "ipv4", "ipv6", "uri"];

/// The published document, as a source of schemas.
pub(crate) struct Source<'a>(pub(crate) &'a Value);

impl Source<'_> {
    /// What a tool takes: the ids of the path, the parameters and the fields of the body.
    pub(crate) fn input(&self, operation: &Operation) -> Map<String, Value> {
        let described = self.operation(operation);
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let parameter = self.resolve(parameter);
            if let Some((name, schema)) = argument(operation, parameter) {
                if parameter["required"] == true {
                    required.push(Value::from(name.as_str()));
                }
                properties.insert(name, schema);
            }
        }
        let body = self.resolve(&described["requestBody"]["content"]["application/json"]["schema"]);
        for (name, schema) in body["properties"].as_object().into_iter().flatten() {
            properties.insert(name.clone(), schema.clone());
        }
        required.extend(body["required"].as_array().into_iter().flatten().cloned());
        let mut schema = object(properties);
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        let is_closed = body["patternProperties"].is_null();
        schema.insert("additionalProperties".to_owned(), (!is_closed).into());
        self.complete(schema)
    }

    /// What a tool answers with; none where the operation answers with nothing, or with a file.
    pub(crate) fn output(&self, operation: &Operation) -> Option<Map<String, Value>> {
        let success = &self.operation(operation)["responses"][operation.success.to_string()];
        let schema = &success["content"]["application/json"]["schema"];
        let mut schema = self.resolve(schema).as_object()?.clone();
        schema.insert("type".to_owned(), "object".into());
        match terse(self.complete(schema).into()) {
            Value::Object(schema) => Some(schema),
            _ => None,
        }
    }

    fn operation(&self, operation: &Operation) -> &Value {
        &self.0["paths"][operation.path][operation.method.as_str().to_ascii_lowercase()]
    }

    /// What a reference stands for.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
        target.and_then(|target| self.0.pointer(target)).unwrap_or(value)
    }

    /// The schema with the definitions of all that it refers to, however indirectly.
    fn complete(&self, schema: Map<String, Value>) -> Map<String, Value> {
        let mut schema = Value::Object(schema);
        let (mut wanted, mut found) = (names(&schema), Map::new());
        while let Some(name) = wanted.pop_first() {
            let definition = &self.0["components"]["schemas"][&name];
            let missing = names(definition).into_iter().filter(|name| !found.contains_key(name));
            wanted.extend(missing.filter(|other| *other != name));
            found.insert(name, local(definition.clone()));
        }
        schema = local(schema);
        match schema {
            Value::Object(mut fields) => {
                if !found.is_empty() {
                    fields.insert("$defs".to_owned(), found.into());
                }
                fields
            }
            _ => Map::new(),
        }
    }
}

fn object(properties: Map<String, Value>) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema
}

/// A parameter as an argument of a tool.
fn argument(operation: &Operation, parameter: &Value) -> Option<(String, Value)> {
    let name = parameter["name"].as_str()?;
    let mut schema = parameter["schema"].clone();
    let (name, description) = match name {
        "Idempotency-Key" if operation.effect == Effect::Once => {
            (IDEMPOTENCY_KEY, parameter["description"].as_str()?.to_owned())
        }
        "Dry-Run" => {
            schema = json!({"type": "boolean", "default": false});
            (DRY_RUN, parameter["description"].as_str()?.to_owned())
        }
        "id" | "eid" => (name, id_in_words(operation.path, name)),
        _ => (name, parameter["description"].as_str().unwrap_or_default().to_owned()),
    };
    Some((name.to_owned(), described(schema, description)))
}

/// What an id of a path is, for whoever has never seen the path.
fn id_in_words(path: &str, name: &str) -> String {
    let segment =
        path.split_once(&format!("/{{{name}}}")).and_then(|(it, _)| it.rsplit('/').next());
    let (owner, prefix) = match segment {
        Some("api_keys") => ("API key's", CredentialId::PREFIX),
        Some("approvals") => ("approval's", ApprovalId::PREFIX),
        Some("authorizations") => ("authorization's", AuthorizationId::PREFIX),
        Some("cards") => ("card's", CardId::PREFIX),
        Some("disputes") => ("dispute's", DisputeId::PREFIX),
        Some("events" | "replay") => ("event's", EventId::PREFIX),
        Some("evidence") => ("evidence file's", EvidenceId::PREFIX),
        Some("grants") => ("grant's", GrantId::PREFIX),
        Some("tickets") => ("ticket's", TicketId::PREFIX),
        Some("topups") => ("top-up's", TopupId::PREFIX),
        Some("transactions") => ("transaction's", TransactionId::PREFIX),
        Some("webhooks") => ("webhook endpoint's", EndpointId::PREFIX),
        Some("withdrawals") => ("withdrawal's", WithdrawalId::PREFIX),
        _ => return "The object's id".to_owned(),
    };
    format!("The {owner} id, as `{prefix}_...`")
}

/// The schema with a description of its own beside what it refers to.
fn described(schema: Value, description: String) -> Value {
    match schema {
        Value::Object(mut fields) => {
            fields.insert("description".to_owned(), description.into());
            fields.into()
        }
        other => other,
    }
}

/// The definitions that a schema refers to.
fn names(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|target| target.strip_prefix(SCHEMAS)).map(str::to_owned);
            fields.values().flat_map(names).chain(own).collect()
        }
        Value::Array(items) => items.iter().flat_map(names).collect(),
        _ => BTreeSet::new(),
    }
}

/// The schema without words, and without bounds that only a request has to keep: programs check the
/// shape of answers by it, nobody reads it, and with them the list of tools would be twice as long.
/// A client that keeps the list also takes a state that is added later.
fn terse(schema: Value) -> Value {
    let words = |(key, value): &(String, Value)| match key.as_str() {
        // A field of this name has a schema, which is no text.
        "description" | "pattern" | "format" => value.is_string(),
        "examples" | "enum" => value.is_array(),
        "minimum" | "maximum" => value.is_number(),
        _ => false,
    };
    match schema {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|field| !words(field));
            Value::Object(kept.map(|(key, value)| (key, terse(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(terse).collect()),
        other => other,
    }
}

/// The schema with references into the tool, and without formats that nobody else knows.
fn local(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let known = |(key, value): &(String, Value)| {
                key != "format" || value.as_str().is_none_or(|format| FORMATS.contains(&format))
            };
            let moved = |(key, value): (String, Value)| {
                let target = value.as_str().filter(|_| key == "$ref");
                match target.and_then(|target| target.strip_prefix(SCHEMAS)) {
                    Some(name) => (key, format!("{DEFINITIONS}{name}").into()),
                    None => (key, local(value)),
                }
            };
            Value::Object(fields.into_iter().filter(known).map(moved).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(local).collect()),
        other => other,
    }
}
