//! The OpenAPI 3.1 document of `/v1`, made from the operation table and the wire types.
//!
//! Invariants: whatever the table declares is in the document, and nothing else; no part of it is
//! written by hand that the code could contradict. Deliberately absent: the test helpers, which
//! real rails do not have, and the routes beside `/v1`.

mod codes;
mod parameters;
mod responses;
mod schemas;
mod security;

#[cfg(test)]
mod tests;

use cardium_disputes::FileType;
use serde_json::{Map, Value, json};

use crate::{
    amount::AmountIn,
    evidence_form::{EvidenceFormIn, FILE},
    list::Pagination,
    operation::{Carries, GROUPS, Group, Operation, Shape, TEST_HELPERS},
    problem::ErrorOut,
};
use schemas::Schemas;

pub use codes::codes;

/// The document's media type (RFC 6838; there is none of its own for JSON).
const JSON: &str = "application/json";
/// What a form with a file comes as (RFC 7578).
const FORM: &str = "multipart/form-data";

/// What every reader should know first.
const DESCRIPTION: &str = "\
Issue cards from a treasury that is funded with crypto, control them, and be told of everything. \
Money is in US dollars with two decimals. Lists are read page by page with `cursor`; POST, PATCH \
and DELETE take an `Idempotency-Key`; every refusal has one shape, named by its `code`. Objects \
may get further fields, and requests may carry fields that are not known: both are ignored.";

/// The document, for a server that is reached at this URL. A path such as `/v1` is resolved
/// against wherever the document was read from.
#[must_use]
pub fn document(server: &str) -> Value {
    document_of(server, GROUPS.iter())
}

/// The same with the test helpers, for whoever makes something of it that serves them too.
#[must_use]
pub fn document_with_helpers(server: &str) -> Value {
    let helpers = Group { tag: "Test helpers", operations: TEST_HELPERS };
    document_of(server, GROUPS.iter().chain([&helpers]))
}

fn document_of<'a>(server: &str, groups: impl Iterator<Item = &'a Group> + Clone) -> Value {
    let mut schemas = Schemas::new();
    schemas.output(Shape::of::<ErrorOut<'static>>());
    schemas.output(Shape::of::<Pagination>());
    schemas.input(Shape::of::<AmountIn>());
    let paths = paths(groups.clone(), &mut schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cardium REST API",
            "summary": "Issue, fund, control and reconcile crypto-funded cards.",
            "description": DESCRIPTION,
            "version": "1.0.0",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": groups.map(|group| json!({"name": group.tag})).collect::<Vec<_>>(),
        "security": [{"bearerApiKey": []}, {"oauth2": []}],
        "paths": paths,
        "components": {
            "securitySchemes": security::schemes(server.strip_suffix("/v1").unwrap_or(server)),
            "parameters": parameters::shared(),
            "headers": responses::headers(),
            "responses": responses::shared(),
            "schemas": schemas.finish(),
        },
    })
}

fn paths<'a>(groups: impl Iterator<Item = &'a Group>, schemas: &mut Schemas) -> Map<String, Value> {
    let mut paths: Map<String, Value> = Map::new();
    for group in groups {
        for operation in group.operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            let method = operation.method.as_str().to_ascii_lowercase();
            path[method] = describe(group, operation, schemas);
        }
    }
    paths
}

fn describe(group: &Group, operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut described = json!({
        "tags": [group.tag],
        "operationId": operation.id,
        "summary": operation.summary,
        "security": security::requirement(operation),
        "responses": responses::of(operation, schemas),
    });
    let parameters = parameters::of(operation, schemas);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(input) = operation.input {
        let schema = schemas.input(input);
        let required = schemas.is_required(&schema);
        let mut content = json!({JSON: {"schema": schema}});
        if operation.carries == Carries::JsonOrForm {
            content[FORM] = form(schemas);
        }
        described["requestBody"] = json!({"required": required, "content": content});
    }
    described
}

/// The one form there is: evidence with its file.
fn form(schemas: &mut Schemas) -> Value {
    let types: Vec<&str> = FileType::ALL.iter().map(|kind| kind.as_str()).collect();
    json!({
        "schema": schemas.input(Shape::of::<EvidenceFormIn>()),
        "encoding": {FILE: {"contentType": types.join(", ")}},
    })
}
