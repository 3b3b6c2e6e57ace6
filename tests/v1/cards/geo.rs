//! `PATCH /v1/cards/{id}/geo`.

use cardium_testkit::Backend;
use serde_json::json;

use super::{FIELDS, assert_guarded, part};
use crate::{
    on_both,
    support::{Server, assert_fields},
};

on_both! {
    countries_are_listed_and_cleared;
    countries_are_refused_by_field;
    countries_are_guarded;
}

fn countries_are_listed_and_cleared(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    for (body, allow, deny) in [
        (json!({}), json!([]), json!([])),
        (json!({"allow_countries": ["US", "DE", "US"]}), json!(["DE", "US"]), json!([])),
        (json!({"deny_countries": ["FR"]}), json!(["DE", "US"]), json!(["FR"])),
        (json!({"allow_countries": []}), json!([]), json!(["FR"])),
        (json!({"allow_countries": ["GB"], "deny_countries": null}), json!(["GB"]), json!([])),
    ] {
        let set = client.patch(&part(&card, "geo"), &body).expect(200);
        assert_fields(&set, &FIELDS);
        let expected = json!({"allow_countries": allow, "deny_countries": deny});
        assert_eq!(set["geo"], expected, "{body}");
        let read = client.get(&format!("/v1/cards/{card}")).expect(200);
        assert_eq!(read["geo"], expected, "{body}");
    }
}

fn countries_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let card = client.card(None);
    let read = || client.get(&format!("/v1/cards/{card}")).expect(200);
    let before = read();
    for (body, status, code, param) in [
        (json!({"allow_countries": ["ZZ"]}), 422, "invalid_country", "allow_countries[0]"),
        (json!({"allow_countries": ["DE", "de"]}), 422, "invalid_country", "allow_countries[1]"),
        (json!({"deny_countries": ["USA"]}), 422, "invalid_country", "deny_countries[0]"),
        (json!({"deny_countries": ["XK"]}), 422, "invalid_country", "deny_countries[0]"),
        (json!({"deny_countries": [276]}), 400, "invalid_field", "deny_countries[0]"),
        (json!({"deny_countries": {"DE": true}}), 400, "invalid_field", "deny_countries"),
        (json!({"deny_countries": vec!["DE"; 251]}), 400, "invalid_field", "deny_countries"),
    ] {
        client.patch(&part(&card, "geo"), &body).expect_error(status, code, Some(param));
    }
    assert_eq!(read(), before);
}

fn countries_are_guarded(backend: Backend) {
    assert_guarded(&Server::shared(backend), "geo", &json!({"deny_countries": ["FR"]}));
}
