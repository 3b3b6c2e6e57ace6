//! `GET /v1/api_keys`.

use cardium_testkit::Backend;
use serde_json::json;

use crate::{
    on_both,
    support::{Server, ids, text},
};

on_both! {
    a_key_sees_itself_and_no_other;
    keys_are_filtered_and_sorted;
    a_use_is_shown_to_the_second;
}

fn a_key_sees_itself_and_no_other(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"name": "x", "scopes": ["apikey:read"]});
    let [mine, other] = [(); 2].map(|()| client.post("/v1/api_keys", &body).expect(201));
    let key = client.with_token(text(&mine, "key"));
    for query in ["", "?limit=1", "?status=active", "?sort=name"] {
        let seen = key.get(&format!("/v1/api_keys{query}")).expect(200);
        assert_eq!(
            (ids(&seen), &seen["has_more"]),
            (vec![text(&mine, "id").into()], &json!(false))
        );
    }
    assert!(ids(&key.get("/v1/api_keys?status=revoked").expect(200)).is_empty());
    let both = ids(&client.get("/v1/api_keys").expect(200));
    assert_eq!(both, [text(&other, "id"), text(&mine, "id")]);
    let blind = client.api_key(&["account:write"]);
    blind.get("/v1/api_keys").expect_error(403, "insufficient_scope", None);
}

fn keys_are_filtered_and_sorted(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let make = |name: &str, mode: Option<&str>| {
        let made = client.post("/v1/api_keys", &json!({"name": name, "mode": mode})).expect(201);
        text(&made, "id").to_owned()
    };
    let (b, a, c) = (make("b", None), make("a", Some("live")), make("c", Some("sandbox")));
    let also = make("b", Some("live"));
    client.delete(&format!("/v1/api_keys/{a}")).expect(204);
    for (query, expected) in [
        ("", vec![&also, &c, &a, &b]),
        ("?sort=created_at", vec![&b, &a, &c, &also]),
        ("?sort=name", vec![&a, &b, &also, &c]),
        ("?sort=-name&limit=2", vec![&c, &also]),
        ("?status=active", vec![&also, &c, &b]),
        ("?status=revoked", vec![&a]),
        ("?status=expired", vec![]),
        ("?mode=live", vec![&also, &a]),
        ("?mode=live&status=active", vec![&also]),
        ("?mode=sandbox", vec![&c]),
    ] {
        let found = client.get(&format!("/v1/api_keys{query}")).expect(200);
        assert_eq!(ids(&found).iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let second = client.get(&format!("/v1/api_keys?sort=-name&limit=2&cursor={also}")).expect(200);
    assert_eq!(ids(&second), [b, a]);
    for (query, param) in [("status=dead", "status"), ("mode=test", "mode"), ("sort=mode", "sort")]
    {
        let refused = client.get(&format!("/v1/api_keys?{query}"));
        refused.expect_error(400, "invalid_field", Some(param));
    }
}

fn a_use_is_shown_to_the_second(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let made = client.post("/v1/api_keys", &json!({"name": "x"})).expect(201);
    client.with_token(text(&made, "key")).get("/v1/balance").expect(200);
    let list = client.get_until("/v1/api_keys", |list| !list["data"][0]["last_used_at"].is_null());
    let used = text(&list["data"][0], "last_used_at");
    assert!(used.len() == "2026-05-19T07:30:00Z".len() && used >= text(&made, "created_at"));
    let path = format!("/v1/api_keys/{}", text(&made, "id"));
    let changed = client.patch(&path, &json!({"name": "y"})).expect(200);
    assert_eq!(text(&changed, "last_used_at"), used, "a change is no use");
}
