//! `PATCH /v1/cards/{id}/mcc`.

use cardium_testkit::Backend;
use serde_json::json;

use super::{FIELDS, assert_guarded, part};
use crate::{
    on_both,
    support::{Server, assert_fields},
};

on_both! {
    rules_are_set_switched_and_cleared;
    rules_are_refused_by_field;
    rules_are_guarded;
}

fn rules_are_set_switched_and_cleared(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let path = part(&card, "mcc");
    let none = json!({"mode": null, "mccs": []});
    let most: Vec<_> = (0..500).map(|mcc| format!("{mcc:04}")).collect();
    for (body, expected) in [
        (json!({}), none.clone()),
        (json!({"mccs": []}), none.clone()),
        (
            json!({"mode": "allow", "mccs": ["5411", "3000-3299", "5411"]}),
            json!({"mode": "allow", "mccs": ["3000-3299", "5411"]}),
        ),
        (json!({"mode": "deny"}), json!({"mode": "deny", "mccs": ["3000-3299", "5411"]})),
        (json!({"mccs": ["7995-7995"]}), json!({"mode": "deny", "mccs": ["7995"]})),
        (json!({"mode": "deny", "mccs": []}), none.clone()),
        (json!({"mode": "deny", "mccs": most}), json!({"mode": "deny", "mccs": most})),
        (json!({"mccs": null}), none.clone()),
        (json!({"mode": "allow", "mccs": ["5411"]}), json!({"mode": "allow", "mccs": ["5411"]})),
        (json!({"mode": null}), none),
    ] {
        let set = client.patch(&path, &body).expect(200);
        assert_fields(&set, &FIELDS);
        assert_eq!(set["mcc"], expected, "{body}");
        let read = client.get(&format!("/v1/cards/{card}")).expect(200);
        assert_eq!(read["mcc"], expected, "{body}");
    }
}

fn rules_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let read = || client.get(&format!("/v1/cards/{card}")).expect(200);
    let before = read();
    for (body, status, code, param) in [
        (json!({"mode": "block", "mccs": []}), 400, "invalid_field", "mode"),
        (json!({"mode": "deny"}), 400, "missing_required_field", "mccs"),
        (json!({"mccs": ["5411"]}), 400, "missing_required_field", "mode"),
        (json!({"mode": "deny", "mccs": "5411"}), 400, "invalid_field", "mccs"),
        (json!({"mode": "deny", "mccs": [5411]}), 400, "invalid_field", "mccs[0]"),
        (json!({"mode": "deny", "mccs": ["5411", "541"]}), 422, "invalid_mcc", "mccs[1]"),
        (json!({"mode": "deny", "mccs": ["3299-3000"]}), 422, "invalid_mcc", "mccs[0]"),
        (json!({"mode": "deny", "mccs": ["grocery"]}), 422, "invalid_mcc", "mccs[0]"),
        (json!({"mode": "deny", "mccs": vec!["5411"; 501]}), 400, "invalid_field", "mccs"),
    ] {
        client.patch(&part(&card, "mcc"), &body).expect_error(status, code, Some(param));
    }
    assert_eq!(read(), before);
}

fn rules_are_guarded(backend: Backend) {
    let body = json!({"mode": "deny", "mccs": ["7995"]});
    assert_guarded(&Server::shared(backend), "mcc", &body);
}
