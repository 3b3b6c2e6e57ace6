//! What an agent set up ends with its tokens, whichever way they end.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::agent::{Agent, sound};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    a_token_that_is_given_back_or_shows_a_thief_ends_what_was_set_up;
    what_was_set_up_goes_on_as_long_as_tokens_are_refreshed;
    a_client_that_is_gone_leaves_nothing_behind;
}

const SCOPE: &str = "webhook:write webhook:read";
/// Beyond the time in which processes of a client race each other.
const PAST_THE_GRACE: u64 = 121;
const DAY: u64 = 86_400;

/// What a client registers that asks for webhooks.
fn told() -> Value {
    let mut metadata = sound();
    metadata["scope"] = json!(SCOPE);
    metadata
}

/// An endpoint that a client sets up with its first tokens.
struct SetUp {
    agent: Agent,
    /// A key of the owner, which outlives the session.
    reader: Client,
    code: String,
    tokens: Value,
    path: String,
}

impl SetUp {
    fn new(server: &Server) -> Self {
        let (owner, agent) = (server.sign_up(), Agent::register(server, &told()));
        let code = agent.code(server, &owner, SCOPE);
        let tokens = agent.token(&agent.exchange(&code)).expect(200);
        let body = json!({"url": "https://agent.example.com/", "events": "*"});
        let client = agent.http.with_token(text(&tokens, "access_token"));
        let made = client.post("/v1/webhooks", &body).expect(201);
        let path = format!("/v1/webhooks/{}", text(&made, "id"));
        let reader = owner.api_key(&["webhook:read"]);
        Self { agent, reader, code, tokens, path }
    }

    fn refresh_token(&self) -> &str {
        text(&self.tokens, "refresh_token")
    }

    fn disabled_by(&self) -> Value {
        self.reader.get(&self.path).expect(200)["disabled_by"].clone()
    }
}

/// How what was set up is ended.
type End = fn(&Server, &SetUp);

fn a_token_that_is_given_back_or_shows_a_thief_ends_what_was_set_up(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let ways: [(&str, End); 3] = [
        ("revocation", |_, made| {
            let fields = [("token", made.refresh_token()), ("client_id", &made.agent.id)];
            assert_eq!(made.agent.form("/oauth/revoke", &fields).send().status, 200);
        }),
        ("a code that comes again", |_, made| {
            let again = made.agent.exchange(&made.code);
            assert_eq!(made.agent.token(&again).status, 400);
        }),
        ("a refresh token that comes again", |server, made| {
            let fields = made.agent.refresh(made.refresh_token());
            made.agent.token(&fields).expect(200);
            server.advance(PAST_THE_GRACE);
            assert_eq!(made.agent.token(&fields).status, 400);
        }),
    ];
    for (way, end) in ways {
        let made = SetUp::new(&server);
        assert_eq!(made.disabled_by(), Value::Null, "{way}");
        end(&server, &made);
        assert_eq!(made.disabled_by(), "grant", "{way}");
    }
}

fn what_was_set_up_goes_on_as_long_as_tokens_are_refreshed(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (used, idle) = (SetUp::new(&server), SetUp::new(&server));
    server.advance(29 * DAY);
    let next = used.agent.token(&used.agent.refresh(used.refresh_token())).expect(200);
    server.advance(2 * DAY);
    idle.reader.get_until(&idle.path, |shown| shown["disabled_by"] == "grant");
    assert_eq!(used.disabled_by(), Value::Null);
    used.agent.token(&used.agent.refresh(text(&next, "refresh_token"))).expect(200);
}

fn a_client_that_is_gone_leaves_nothing_behind(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let made = SetUp::new(&server);
    let path = format!("/oauth/register/{}", made.agent.id);
    let token = text(&made.agent.registration, "registration_access_token");
    made.agent.http.with_token(token).delete(&path).expect(204);
    server.advance(17 * 60);
    made.reader.get_until(&made.path, |shown| shown["disabled_by"] == "grant");
}
