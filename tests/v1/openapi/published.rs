use serde_json::Value;

use cardium_api_v1::openapi::document;
use cardium_auth::oauth::ScopeRequest;

/// Operations that are not there yet.
const MISSING: [&str; 0] = [];

/// Facts of the published document: names, paths, statuses, types and words.
fn published() -> Value {
    serde_json::from_str(include_str!("published.json")).expect("the facts are JSON")
}

fn items(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn every_published_operation_is_there() {
    let (published, document) = (published(), document("/v1"));
    for fact in items(&published["operations"]) {
        let word = |name: &str| fact[name].as_str().expect("a word");
        if MISSING.contains(&word("id")) {
            continue;
        }
        let operation = &document["paths"][word("path")][word("method")];
        assert_eq!(operation["operationId"], fact["id"], "{fact}");
        assert_eq!(operation["tags"], serde_json::json!([fact["tag"]]), "{fact}");
        let answer = &operation["responses"][word("status")];
        assert!(answer.is_object(), "{fact}");
        if let Some(name) = fact["gives"].as_str() {
            let schema = &answer["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(*schema, format!("#/components/schemas/{name}"), "{fact}");
        }
    }
}

#[test]
fn missing_operations_are_really_missing() {
    let published = published();
    let document = document("/v1");
    for fact in items(&published["operations"]) {
        let id = fact["id"].as_str().expect("a word");
        let (path, method) = (&fact["path"], &fact["method"]);
        let path = &document["paths"][path.as_str().expect("a path")];
        let there = path.get(method.as_str().expect("a method"));
        assert_eq!(there.is_none(), MISSING.contains(&id), "{id}");
    }
}

#[test]
fn schemas_have_every_published_field() {
    let (published, document) = (published(), document("/v1"));
    let schemas = &document["components"]["schemas"];
    for (name, fields) in published["schemas"].as_object().expect("schemas") {
        compare(name, fields, &schemas[name], &document);
    }
    for (name, required) in published["required"].as_object().expect("lists of fields") {
        for field in items(required) {
            assert!(items(&schemas[name]["required"]).contains(field), "{name}.{field}");
        }
    }
}

/// Whoever read the published fields must be able to read ours.
fn compare(name: &str, fields: &Value, schema: &Value, document: &Value) {
    let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    let schema = target.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema);
    for (field, fact) in fields.as_object().expect("fields") {
        let ours = &schema["properties"][field];
        let name = format!("{name}.{field}");
        if fact["type"] == "object" {
            compare(&name, &fact["properties"], ours, document);
            continue;
        }
        for kind in kinds(&ours["type"]) {
            assert!(kinds(&fact["type"]).contains(&kind), "{name} may be {kind}: {ours}");
        }
        assert!(!kinds(&ours["type"]).is_empty(), "{name} has no type: {ours}");
        if fact["enum"].is_array() {
            assert_eq!(ours["enum"], fact["enum"], "{name}");
        }
    }
}

fn kinds(kind: &Value) -> Vec<&Value> {
    match kind {
        Value::Array(kinds) => kinds.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

#[test]
fn tags_schemes_and_scopes_are_as_published() {
    let (published, document) = (published(), document("/v1"));
    let tags = items(&document["tags"]).iter().map(|tag| &tag["name"]);
    // What agents need is beyond the published document.
    let tags: Vec<&Value> = tags.filter(|name| *name != "Agents").collect();
    assert_eq!(tags, items(&published["tags"]).iter().collect::<Vec<_>>());
    let schemes = &document["components"]["securitySchemes"];
    for (name, kind) in published["schemes"].as_object().expect("schemes") {
        assert_eq!(schemes[name]["type"], *kind, "{name}");
    }
    let scopes = &schemes["oauth2"]["flows"]["authorizationCode"]["scopes"];
    assert_eq!(items(&published["scopes"]).len(), 14);
    for scope in items(&published["scopes"]) {
        assert!(scopes[scope.as_str().expect("a word")].is_string(), "{scope}");
    }
    let mut words = ScopeRequest::vocabulary();
    words.sort_unstable();
    let mut told: Vec<_> = scopes.as_object().expect("scopes").keys().collect();
    told.sort_unstable();
    assert_eq!(told, words, "whatever a client may ask for");
}
