use askama::Template;
use cardium_api_v1::{
    openapi::codes,
    operation::{Access, Effect, GROUPS, Operation},
    problem::status_and_type,
};
use cardium_auth::Scope;
use serde_json::{Value, json};

use super::{
    fields::{Field, fields, kind, resolved},
    sample::sample,
};

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    groups: Vec<GroupPart>,
    version: &'static str,
}

struct GroupPart {
    tag: &'static str,
    anchor: String,
    operations: Vec<OperationPart>,
}

struct OperationPart {
    id: &'static str,
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    access: String,
    success: u16,
    parameters: Vec<Field>,
    request: Vec<Field>,
    response: Vec<Field>,
    /// What an answer without fields is.
    bare: &'static str,
    /// Whether the request may come as a form, with a file.
    form: bool,
    errors: Vec<ErrorPart>,
    curl: String,
}

struct ErrorPart {
    status: u16,
    codes: String,
}

/// The page, from the document.
pub fn render(document: &Value) -> Vec<u8> {
    let groups = GROUPS.iter().map(|group| GroupPart {
        tag: group.tag,
        anchor: group.tag.to_lowercase().replace(' ', "-"),
        operations: group.operations.iter().map(|operation| part(document, operation)).collect(),
    });
    let page = Docs { groups: groups.collect(), version: env!("CARGO_PKG_VERSION") };
    // Rendering into memory fails only where a field's Display does, and none of these can.
    page.render().unwrap_or_default().into_bytes()
}

fn part(document: &Value, operation: &'static Operation) -> OperationPart {
    let method = operation.method.as_str().to_lowercase();
    let described = &document["paths"][operation.path][method];
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let success = &described["responses"][operation.success.to_string()];
    let answer = &success["content"]["application/json"]["schema"];
    OperationPart {
        id: operation.id,
        method: operation.method.as_str(),
        path: operation.path,
        summary: operation.summary,
        access: access(operation.access),
        success: operation.success,
        parameters: parameters(document, &described["parameters"]),
        request: fields(document, body),
        response: fields(document, answer),
        bare: if success["content"].is_object() { "the file" } else { "without a body" },
        form: !described["requestBody"]["content"]["multipart/form-data"].is_null(),
        errors: errors(operation),
        curl: curl(document, operation, described),
    }
}

fn access(access: Access) -> String {
    match access {
        Access::Public => "public".to_owned(),
        Access::Session => "a session".to_owned(),
        Access::Bearer(scope) => scope.map_or("any credential", Scope::as_str).to_owned(),
        Access::Own(scope) => format!("{}, none for a client", scope.as_str()),
    }
}

fn parameters(document: &Value, declared: &Value) -> Vec<Field> {
    let declared = declared.as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let field = |parameter: &Value| {
        let parameter = resolved(document, parameter);
        Field {
            name: text(&parameter["name"]),
            kind: format!("{}: {}", text(&parameter["in"]), kind(document, &parameter["schema"])),
            required: parameter["required"] == json!(true),
            about: text(&parameter["description"]),
        }
    };
    declared.iter().map(field).collect()
}

fn errors(operation: &Operation) -> Vec<ErrorPart> {
    let mut errors: Vec<ErrorPart> = Vec::new();
    let mut codes = codes(operation);
    codes.sort_by_key(|code| status_and_type(*code).0);
    for code in codes {
        let (status, _) = status_and_type(code);
        match errors.last_mut().filter(|last| last.status == status) {
            Some(last) => last.codes = [last.codes.as_str(), code.as_str()].join(", "),
            None => errors.push(ErrorPart { status, codes: code.as_str().to_owned() }),
        }
    }
    errors
}

fn curl(document: &Value, operation: &Operation, described: &Value) -> String {
    let mut path = operation.path.to_owned();
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        if let (Some("path"), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str()) {
            let id = sample(document, &parameter["schema"]);
            path = path.replace(&format!("{{{name}}}"), id.as_str().unwrap_or(name));
        }
    }
    let mut lines = vec![format!("curl -X {} \"$BASE{path}\"", operation.method.as_str())];
    if operation.access != Access::Public {
        lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    if operation.effect == Effect::Once {
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d '{}'", sample(document, body)));
    }
    lines.join(" \\\n  ")
}

#[cfg(test)]
mod tests {
    use cardium_api_v1::{openapi::document, operation::operations};

    #[test]
    fn the_page_shows_every_operation() {
        let page = String::from_utf8(super::render(&document("/v1"))).unwrap();
        for operation in operations() {
            assert!(page.contains(&format!("id=\"{}\"", operation.id)), "{}", operation.id);
        }
        assert!(!page.contains("<script") && !page.contains("style="), "the policy forbids it");
        assert!(page.contains("invalid_precision") && page.contains("Idempotency-Key"));
    }
}
