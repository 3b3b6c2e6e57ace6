use std::collections::BTreeMap;

use cardium_disputes::FileType;
use cardium_kernel::{ErrorCode, RequestId};
use serde_json::{Map, Value, json};

use super::{JSON, codes::codes, schemas::Schemas};
use crate::{
    operation::{Access, Effect, Operation},
    problem::{passes_soon, status_and_type},
};

/// Statuses that mean the same wherever they occur, with the name of their answer.
const SHARED: [(&str, ErrorCode); 9] = [
    ("InvalidCredentials", ErrorCode::InvalidCredentials),
    ("NotFound", ErrorCode::ResourceNotFound),
    ("Timeout", ErrorCode::RequestTimeout),
    ("BodyTooLarge", ErrorCode::BodyTooLarge),
    ("UnsupportedMediaType", ErrorCode::UnsupportedMediaType),
    ("HeadersTooLarge", ErrorCode::HeadersTooLarge),
    ("RateLimited", ErrorCode::RateLimited),
    ("Internal", ErrorCode::Internal),
    ("Unavailable", ErrorCode::ServiceUnavailable),
];

/// The answers of an operation by status.
pub(super) fn of(operation: &Operation, schemas: &mut Schemas) -> Map<String, Value> {
    let mut responses = Map::new();
    let output = operation.output.map(|output| schemas.output(output));
    responses.insert(operation.success.to_string(), success(operation, output.as_ref()));
    for (status, codes) in by_status(&codes(operation)) {
        responses.insert(status.to_string(), refusal(&codes));
    }
    if let (Some(status), Some(schema)) = (operation.also, output) {
        let both = json!({"anyOf": [schema, {"$ref": "#/components/schemas/Error"}]});
        responses.insert(
            status.to_string(),
            json!({
                "description": "The same with bad news, or a refusal",
                "headers": {"X-Request-Id": header("RequestId")},
                "content": {JSON: {"schema": both}},
            }),
        );
    }
    responses
}

fn by_status(codes: &[ErrorCode]) -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut statuses: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        statuses.entry(status_and_type(*code).0).or_default().push(*code);
    }
    statuses
}

fn success(operation: &Operation, output: Option<&Value>) -> Value {
    let mut headers = json!({"X-Request-Id": header("RequestId")});
    if operation.access != Access::Public {
        for (name, component) in LIMITS {
            headers[name] = header(component);
        }
    }
    if operation.effect == Effect::Once {
        headers["Idempotency-Replayed"] = header("IdempotencyReplayed");
    }
    if operation.dry_run {
        headers["Dry-Run"] = header("DryRun");
    }
    if operation.fields().is_some() {
        headers["Warning-Fields"] = header("WarningFields");
    }
    let description = match operation.success {
        201 => "Made",
        204 => "Done; the answer has no body",
        _ => "Done",
    };
    let mut response = json!({"description": description, "headers": headers});
    match output {
        Some(schema) => response["content"] = json!({JSON: {"schema": schema}}),
        None if operation.success != 204 => add_file(&mut response),
        None => {}
    }
    response
}

/// A file is of the type it was handed in as, and never shown by a browser.
fn add_file(response: &mut Value) {
    let file = json!({"schema": {"type": "string", "format": "binary"}});
    let content = FileType::ALL.iter().map(|kind| (kind.as_str().to_owned(), file.clone()));
    response["content"] = Value::Object(content.collect());
    response["headers"]["Content-Disposition"] = header("ContentDisposition");
}

fn refusal(codes: &[ErrorCode]) -> Value {
    if let [code] = codes
        && let Some((name, _)) = SHARED.iter().find(|(_, shared)| shared == code)
    {
        return json!({"$ref": format!("#/components/responses/{name}")});
    }
    described(codes)
}

fn described(codes: &[ErrorCode]) -> Value {
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let mut headers = json!({"X-Request-Id": header("RequestId")});
    let limited = codes.contains(&ErrorCode::RateLimited);
    if limited || codes.iter().any(|code| passes_soon(*code)) {
        headers["Retry-After"] = header("RetryAfter");
    }
    if limited {
        for (name, component) in LIMITS {
            headers[name] = header(component);
        }
    }
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.as_str().to_owned(), json!({"value": example(*code)})))
        .collect();
    json!({
        "description": words.join(", "),
        "headers": headers,
        "content": {JSON: {
            "schema": {
                "allOf": [
                    {"$ref": "#/components/schemas/Error"},
                    {"properties": {"error": {"enum": words}, "code": {"enum": words}}},
                ],
            },
            "examples": examples,
        }},
    })
}

fn example(code: ErrorCode) -> Value {
    json!({
        "object": "error",
        "error": code.as_str(),
        "code": code.as_str(),
        "type": status_and_type(code).1,
        "message": message(code),
        "param": null,
        "request_id": RequestId::new(1 << 120).to_string(),
    })
}

/// The code as a sentence: real messages say more.
fn message(code: ErrorCode) -> String {
    let words = code.as_str().replace('_', " ");
    let (first, rest) = words.split_at(words.len().min(1));
    format!("{}{rest}.", first.to_ascii_uppercase())
}

/// The refusals that many operations share.
pub(super) fn shared() -> Map<String, Value> {
    SHARED.iter().map(|(name, code)| ((*name).to_owned(), described(&[*code]))).collect()
}

const LIMITS: [(&str, &str); 3] = [
    ("X-RateLimit-Limit", "RateLimitLimit"),
    ("X-RateLimit-Remaining", "RateLimitRemaining"),
    ("X-RateLimit-Reset", "RateLimitReset"),
];

fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// The headers of answers.
pub(super) fn headers() -> Value {
    let count = |description: &str| {
        let schema = json!({"type": "integer", "minimum": 0});
        json!({"description": description, "schema": schema})
    };
    json!({
        "RequestId": {
            "description": "The request's id, to be quoted where help is asked for",
            "required": true,
            "schema": {"type": "string"},
        },
        "RateLimitLimit": count("Requests a minute"),
        "RateLimitRemaining": count("Requests that are left of them"),
        "RateLimitReset": count("When they are full again, in seconds since 1970 (UTC)"),
        "RetryAfter": count("Seconds to wait before trying again"),
        "ContentDisposition": {
            "description": "What the file is called (RFC 8187)",
            "required": true,
            "schema": {"type": "string", "pattern": "^attachment; filename\\*=UTF-8''"},
        },
        "WarningFields": {
            "description": "The fields of the body that are not known and were ignored, in a \
                            comma list",
            "schema": {"type": "string"},
        },
        "DryRun": {
            "description": "The request was only tried: nothing of it was kept",
            "schema": {"type": "string", "const": "true"},
        },
        "IdempotencyReplayed": {
            "description": "The answer repeats what an earlier request with this key was told",
            "schema": {"type": "string", "const": "true"},
        },
    })
}
