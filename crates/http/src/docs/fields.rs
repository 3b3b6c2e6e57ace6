use serde_json::Value;

/// How deep fields within fields are shown.
const DEPTH: usize = 3;

/// A field or parameter, as the page shows it.
#[derive(Debug)]
pub struct Field {
    /// Its name; dots lead into objects, brackets into lists.
    pub name: String,
    /// Its type, with its words or bounds.
    pub kind: String,
    /// Whether it is always there, or must be.
    pub required: bool,
    /// What it means.
    pub about: String,
}

/// What a reference of the document leads to; anything else is itself.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// The fields of an object, and of the objects in it.
pub fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    collect((document, schema), "", DEPTH, &mut fields);
    fields
}

fn collect(
    (document, schema): (&Value, &Value),
    within: &str,
    depth: usize,
    fields: &mut Vec<Field>,
) {
    let schema = resolved(document, schema);
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{within}{name}");
        fields.push(Field {
            kind: kind(document, field),
            required: required.iter().any(|needed| needed == name),
            about: about(document, field).to_owned(),
            name: path.clone(),
        });
        if depth > 1 {
            let (inner, ending) = inner(document, field);
            collect((document, inner), &format!("{path}{ending}."), depth - 1, fields);
        }
    }
}

/// What a field has fields of: itself, or the items of its list.
fn inner<'a>(document: &'a Value, field: &'a Value) -> (&'a Value, &'static str) {
    let field = set(resolved(document, field));
    match field.get("items") {
        Some(items) => (items, "[]"),
        None => (field, ""),
    }
}

/// The schema without null.
fn set(schema: &Value) -> &Value {
    let choices = schema["anyOf"].as_array().map_or(&[][..], Vec::as_slice);
    choices.iter().find(|choice| choice["type"] != "null").unwrap_or(schema)
}

fn about<'a>(document: &'a Value, field: &'a Value) -> &'a str {
    let own = field["description"].as_str();
    own.or_else(|| resolved(document, set(field))["description"].as_str()).unwrap_or("")
}

/// A schema's type in words.
pub fn kind(document: &Value, schema: &Value) -> String {
    let nullable = schema["anyOf"].as_array().is_some_and(|all| all.iter().any(is_null))
        || schema["type"].as_array().is_some_and(|all| all.iter().any(|kind| kind == "null"));
    let schema = resolved(document, set(schema));
    let words = schema["enum"].as_array().map_or(&[][..], Vec::as_slice);
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    let text = match (schema["const"].as_str(), words.is_empty()) {
        (Some(word), _) => word.to_owned(),
        (None, false) => words.join(", "),
        (None, true) => plain(document, schema),
    };
    if nullable { format!("{text}, or null") } else { text }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn plain(document: &Value, schema: &Value) -> String {
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(|choice| kind(document, choice)).collect();
        return choices.join(" or ");
    }
    let kinds = schema["type"].as_array().map_or(&[][..], Vec::as_slice);
    let single = kinds.iter().find(|kind| *kind != "null").unwrap_or(&schema["type"]);
    match (single.as_str(), schema.get("items"), schema["format"].as_str()) {
        (Some("array"), Some(items), _) => format!("list of {}", kind(document, items)),
        (Some("string"), _, Some("date-time")) => "moment".to_owned(),
        (Some("string"), ..) => format!("text{}", bounds(schema, "minLength", "maxLength")),
        (Some(name), ..) => format!("{name}{}", bounds(schema, "minimum", "maximum")),
        (None, ..) => "any".to_owned(),
    }
}

fn bounds(schema: &Value, least: &str, most: &str) -> String {
    match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => String::new(),
        (least, Value::Null) => format!(", from {least}"),
        (Value::Null, most) => format!(", up to {most}"),
        (least, most) => format!(", {least} to {most}"),
    }
}
