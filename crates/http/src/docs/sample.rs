use serde_json::{Map, Value, json};

use super::fields::resolved;

/// A value that the schema allows, as small as can be.
pub fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let first = |list: &str| schema[list].as_array().and_then(|all| all.first());
    if let Some(value) = first("examples").or_else(|| schema.get("const")) {
        return value.clone();
    }
    if let Some(value) = first("enum") {
        return value.clone();
    }
    let is_object = schema.get("properties").is_some();
    if let Some(choice) = first("oneOf").or_else(|| first("anyOf")).filter(|_| !is_object) {
        return sample(document, choice);
    }
    match schema["type"].as_str() {
        Some("object") => Value::Object(object(document, schema)),
        Some("array") => json!([sample(document, &schema["items"])]),
        Some("boolean") => json!(true),
        Some("number" | "integer") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ => text(schema),
    }
}

fn object(document: &Value, schema: &Value) -> Map<String, Value> {
    let required = |schema: &Value| schema["required"].as_array().cloned().unwrap_or_default();
    let choices = ["oneOf", "anyOf"].into_iter().filter_map(|word| schema[word].as_array());
    let chosen = choices.flatten().map(required).find(|names| !names.is_empty());
    let names = [required(schema), chosen.unwrap_or_default()].concat();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let shown = fields.filter(|(name, _)| names.iter().any(|needed| needed == *name));
    shown.map(|(name, field)| (name.clone(), sample(document, field))).collect()
}

fn text(schema: &Value) -> Value {
    match schema["format"].as_str() {
        Some("date-time") => json!("2026-05-19T07:30:00Z"),
        Some("uri") => json!("https://example.com/hook"),
        Some("password") => json!("correct horse battery"),
        _ => json!("..."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_what_it_must_and_what_its_first_choice_must() {
        let text = json!({"type": "string", "examples": ["x"]});
        let schema = json!({
            "type": "object",
            "properties": {"kind": text, "words": text, "file": text, "note": text},
            "required": ["kind"],
            "oneOf": [{"required": ["words"]}, {"required": ["file"]}],
        });
        assert_eq!(sample(&schema, &schema), json!({"kind": "x", "words": "x"}));
        let either = json!({"oneOf": [{"type": "number", "minimum": 4}, {"type": "string"}]});
        assert_eq!(sample(&either, &either), json!(4));
    }
}
