//! Ids in paths: one that is somebody else's looks like one that nobody has.

use cardium_testkit::Backend;
use serde_json::Value;

use super::samples::{Sample, method, operations};
use crate::{on_both, support::Server};

on_both! {
    a_foreign_id_is_an_unknown_id;
    what_is_no_id_is_an_unknown_id;
}

/// The same kind of id, which nobody has.
fn unknown(id: &str) -> String {
    let (prefix, digits) = id.split_once('_').expect("an id has a prefix");
    format!("{prefix}_{}", "0".repeat(digits.len() - 1) + "1")
}

fn a_foreign_id_is_an_unknown_id(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (Sample::new(&server), Sample::new(&server));
    let before = (theirs.client.holdings(), server.events(theirs.client.account()));
    for operation in operations().filter(|operation| operation.path.contains("{id}")) {
        let ask = |id: &str| {
            let request = mine.client.request(method(operation), &mine.path_with(operation, id));
            let request = request.json(&mine.body(operation));
            let mut refused = request.send().expect_error(404, "resource_not_found", None);
            refused["request_id"] = Value::Null;
            refused
        };
        let foreign = theirs.id_for(operation);
        assert_eq!(ask(foreign), ask(&unknown(foreign)), "{}", operation.id);
    }
    let after = (theirs.client.holdings(), server.events(theirs.client.account()));
    assert_eq!(after, before);
}

fn what_is_no_id_is_an_unknown_id(backend: Backend) {
    let server = Server::shared(backend);
    let sample = Sample::new(&server);
    let before = (sample.client.holdings(), server.events(sample.client.account()));
    for operation in operations().filter(|operation| operation.path.contains("{id}")) {
        let id = sample.id_for(operation);
        let (prefix, digits) = id.split_once('_').expect("an id has a prefix");
        let other_end = if id.ends_with('0') { '1' } else { '0' };
        for wrong in [
            "x".to_owned(),
            "%00".to_owned(),
            "%F0%9F%92%B3".to_owned(),
            "1%27%20OR%20%271%27=%271".to_owned(),
            digits.to_owned(),
            format!("acc_{digits}"),
            format!("{prefix}_{}", digits.to_uppercase()),
            format!("{id}0"),
            format!("{prefix}_8{}", &digits[1..]),
            format!("{prefix}_u{}", &digits[1..]),
            format!("{}{other_end}", &id[..id.len() - 1]),
            format!("{prefix}_{}", "0".repeat(3_000)),
        ] {
            let request =
                sample.client.request(method(operation), &sample.path_with(operation, &wrong));
            let refused = request.json(&sample.body(operation)).send();
            refused.expect_error(404, "resource_not_found", None);
        }
    }
    let after = (sample.client.holdings(), server.events(sample.client.account()));
    assert_eq!(after, before);
}
