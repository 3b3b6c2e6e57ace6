use std::collections::BTreeSet;

use cardium_kernel::{AccountId, EndpointId, Timestamp};
use serde_json::Value;

use super::{document, parameters::id_in};
use crate::{
    activity, api_key, approval, audit, balance, card, dispute,
    event_stream::StreamWish,
    grant,
    operation::{Method, Operation, Place, operations, test_operations},
    query::{Order, Query},
    ticket, topup, transaction, webhook,
    webhook_gaps::GapsWish,
    webhook_log, webhook_patch, withdrawal,
};

/// The operations that take nothing but what their path says.
const WITHOUT_INPUT: [&str; 8] = [
    "panic",
    "cancel_topup",
    "replay_webhook",
    "confirm_webhook_secret",
    "close_ticket",
    "reveal_pan_by_post",
    "simulate_expiry",
    "ping_webhook",
];

fn all() -> impl Iterator<Item = &'static Operation> {
    operations().chain(test_operations())
}

#[test]
fn every_operation_says_what_it_takes_and_gives() {
    for operation in all() {
        let changes = matches!(operation.method, Method::Post | Method::Patch);
        let takes = changes && !WITHOUT_INPUT.contains(&operation.id);
        let may = takes || operation.method == Method::Delete;
        assert!(operation.input.is_some() || !takes, "{} takes nothing", operation.id);
        assert!(operation.input.is_none() || may, "{} takes something", operation.id);
        let is_file = operation.id == "get_dispute_evidence_file";
        let has_body = operation.success != 204 && !is_file;
        assert_eq!(operation.output.is_some(), has_body, "{}", operation.id);
    }
}

fn names<S>(order: &Order<'static, S>) -> Vec<&'static str> {
    order.fields.iter().map(|(name, _)| *name).collect()
}

#[test]
fn lists_are_sorted_by_what_the_table_says() {
    let orders = [
        ("list_api_keys", names(&api_key::ORDER)),
        ("get_balance_history", names(&balance::ORDER)),
        ("list_topups", names(&topup::ORDER)),
        ("list_cards", names(&card::ORDER)),
        ("list_transactions", names(&transaction::ORDER)),
        ("list_card_transactions", names(&transaction::ORDER)),
        ("get_activity", names(&activity::ORDER)),
        ("get_audit_log", names(&audit::ORDER)),
        ("list_withdrawals", names(&withdrawal::ORDER)),
        ("list_disputes", names(&dispute::ORDER)),
        ("list_webhooks", names(&webhook::ORDER)),
        ("list_webhook_deliveries", names(&webhook_log::ORDER)),
        ("list_grants", names(&grant::ORDER)),
        ("list_approvals", names(&approval::ORDER)),
        ("list_tickets", names(&ticket::ORDER)),
    ];
    let lists = operations().filter(|operation| !operation.sorts.is_empty());
    let declared: Vec<_> =
        lists.map(|operation| (operation.id, operation.sorts.to_vec())).collect();
    assert_eq!(declared, orders);
}

/// Whatever reads a query on behalf of an operation, without what all lists read.
fn read_by(operation: &str, query: &Query) {
    let account = AccountId::new(1);
    let read = match operation {
        "list_api_keys" => api_key::filter(query, Timestamp::from_unix_seconds(0)).map(drop),
        "get_balance" => query.mode().map(drop),
        "get_balance_history" => balance::history_filter(query)
            .and_then(|filter| balance::history_query(query, account, filter).map(drop)),
        "list_topups" => topup::filter(query).map(drop),
        "list_cards" => card::filter(query).map(drop),
        "list_transactions" | "list_card_transactions" => {
            transaction::filter(query).and_then(|_| transaction::expand_list(query).map(drop))
        }
        "get_transaction" => transaction::expand_one(query).map(drop),
        "get_activity" => activity::filter(query).map(drop),
        "get_audit_log" => audit::filter(query).map(drop),
        "list_withdrawals" => withdrawal::filter(query).map(drop),
        "list_disputes" => dispute::filter(query).map(drop),
        "get_dispute" => dispute::expand_one(query).map(drop),
        "list_webhooks" => webhook_patch::filter(query).map(drop),
        "list_grants" => grant::filter(query).map(drop),
        "list_approvals" => approval::filter(query, Timestamp::from_unix_seconds(0)).map(drop),
        "list_tickets" => ticket::filter(query).map(drop),
        "list_webhook_deliveries" => webhook_log::filter(query, EndpointId::new(1)).map(drop),
        "list_webhook_gaps" => GapsWish::read(query).map(drop),
        "list_events" => StreamWish::read(query).map(drop),
        _ => Ok(()),
    };
    read.expect("an empty query is fine");
}

#[test]
fn every_parameter_that_is_read_is_declared_and_the_other_way_round() {
    const OF_LISTS: [&str; 5] = ["limit", "cursor", "sort", "created_after", "created_before"];
    for operation in all() {
        let query = Query::parse("").expect("an empty query is fine");
        read_by(operation.id, &query);
        let mut asked = query.asked();
        if !operation.sorts.is_empty() {
            asked.retain(|name| !OF_LISTS.contains(&name.as_str()));
        }
        let declared = operation.parameters.iter().filter(|one| one.place == Place::Query);
        let declared: BTreeSet<String> = declared.map(|one| one.name.to_owned()).collect();
        assert_eq!(asked, declared, "{}", operation.id);
    }
}

#[test]
fn every_id_in_a_path_is_of_a_known_kind() {
    for operation in all().filter(|operation| !operation.path.starts_with("/test")) {
        for (before, name) in operation.path.split('/').zip(operation.path.split('/').skip(1)) {
            assert!(!name.starts_with('{') || id_in(before).is_some(), "{}", operation.path);
        }
    }
}

/// All that the value refers to.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_is_referred_to_is_there_and_the_other_way_round() {
    let document = document("/v1");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for part in ["schemas", "parameters", "headers", "responses"] {
        let components = document["components"][part].as_object().expect("a part");
        for name in components.keys().filter(|name| *name != "Pagination") {
            let reference = format!("#/components/{part}/{name}");
            assert!(found.contains(reference.as_str()), "{reference} is not used");
        }
    }
}

#[test]
fn every_operation_is_described_once() {
    let document = document("/v1");
    for operation in operations() {
        let method = operation.method.as_str().to_ascii_lowercase();
        let described = &document["paths"][operation.path][method];
        assert_eq!(described["operationId"], operation.id);
        assert!(!described["responses"][operation.success.to_string()].is_null());
        assert!(!described["responses"]["500"].is_null());
    }
}

/// Whether null is among a field's values.
fn takes_null(field: &Value) -> bool {
    let kinds = field["type"].as_array().into_iter().flatten();
    let choices = field["anyOf"].as_array().into_iter().flatten();
    kinds.chain(choices.map(|choice| &choice["type"])).any(|kind| kind == "null")
}

#[test]
fn what_a_request_must_have_is_never_null() {
    let document = document("/v1");
    for operation in operations() {
        let method = operation.method.as_str().to_ascii_lowercase();
        let body = &document["paths"][operation.path][method]["requestBody"];
        let schema = &body["content"]["application/json"]["schema"];
        let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        let schema = target.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema);
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().expect("a name");
            assert!(!takes_null(&schema["properties"][name]), "{}: {name}", operation.id);
        }
    }
}

#[test]
fn an_answers_schema_names_what_is_always_there() {
    let document = document("/v1");
    let card = &document["components"]["schemas"]["Card"];
    assert_eq!(
        card["required"].as_array().map(Vec::len),
        card["properties"].as_object().map(|p| p.len())
    );
    let topup = document["components"]["schemas"]["Topup"]["required"].to_string();
    assert!(topup.contains("txid") && !topup.contains("qr_data_uri"));
    let wish = &document["components"]["schemas"]["TopupIn"];
    assert_eq!(wish["required"], serde_json::json!(["amount_usd"]));
}
