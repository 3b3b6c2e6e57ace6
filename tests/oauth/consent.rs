//! The page on which an owner is asked: what it takes to say yes, and what a yes is to.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::agent::{Agent, WEB, answered, encoded, find, sound};
use crate::{
    on_both,
    support::{Answer, Owner, PASSWORD, Page, Server, items, text},
};

on_both! {
    a_session_of_long_ago_gives_nothing_that_acts;
    a_sign_in_of_just_now_is_enough;
    a_grant_that_is_revoked_meanwhile_is_not_opened_without_bounds;
    a_grant_that_is_opened_meanwhile_is_shown_first;
    a_day_that_stays_is_the_same_moment;
    a_name_is_agreed_to_as_it_was_shown;
    signing_in_again_ends_the_session_before;
}

const ACTS: &str = "card:read card:fund account:write";

/// What a page says that is shown anew because something changed.
const ANEW: &str = "Read this once more.";

fn link(agent: &Agent, scope: &str) -> String {
    format!("{}/oauth/authorize?{}", agent.http.base(), encoded(&agent.request(scope)))
}

/// The code that a page hands to the client.
#[track_caller]
fn code(page: &Page) -> String {
    let onward = page.onward.as_deref().unwrap_or_else(|| panic!("{}", page.html));
    find(&answered(onward), "code").expect("a code").to_owned()
}

fn open_grants(owner: &Owner) -> Vec<Value> {
    items(&owner.client.get("/v1/grants?status=active").expect(200)).to_vec()
}

fn a_session_of_long_ago_gives_nothing_that_acts(backend: Backend) {
    let server = Server::own(backend, |_| {});
    // Without a ceiling, so that it may ask for more than cards.
    let open = json!({"redirect_uris": [WEB], "token_endpoint_auth_method": "none"});
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &open));
    owner.open(&link(&agent, ACTS));
    server.advance(601);
    let page = owner.open(&link(&agent, ACTS));
    assert!(page.html.contains("You signed in a while ago."), "{}", page.html);
    let refused = owner.send(&page, &Answer::default());
    assert_eq!((refused.status, refused.onward.as_deref()), (422, None));
    assert!(refused.html.contains("Enter your password to confirm this."), "{}", refused.html);
    assert_eq!(open_grants(&owner), Vec::<Value>::new());
    let wrong = owner.send(&refused, &Answer::default().with("password", "not that one"));
    assert!(wrong.html.contains("The password is wrong."), "{}", wrong.html);
    let only = Answer { scopes: Some(vec!["card:read".to_owned()]), ..Answer::default() };
    code(&owner.send(&wrong, &only));
    // The page of a client that has something says what the password is for.
    let page = owner.open(&link(&agent, ACTS));
    assert!(page.html.contains("to allow more than it has now"), "{}", page.html);
    let refused = owner.send(&page, &Answer::default());
    assert!(refused.html.contains("Enter your password to confirm this."), "{}", refused.html);
    // Nor does it help to take the grant back first.
    let id = text(&open_grants(&owner)[0], "id").to_owned();
    owner.client.delete(&format!("/v1/grants/{id}")).expect(204);
    let page = owner.open(&link(&agent, ACTS));
    assert_eq!(owner.send(&page, &Answer::default()).status, 422);
    assert_eq!(open_grants(&owner), Vec::<Value>::new());
    code(&owner.send(&page, &Answer::default().with("password", PASSWORD)));
    assert_eq!(
        open_grants(&owner)[0]["scopes"],
        json!(["account:write", "card:read", "card:fund"])
    );
}

fn a_sign_in_of_just_now_is_enough(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &sound()));
    let page = owner.open(&link(&agent, "read cards:write"));
    assert!(!page.html.contains("name=\"password\""), "{}", page.html);
    code(&owner.send(&page, &Answer::default()));
}

fn a_grant_that_is_revoked_meanwhile_is_not_opened_without_bounds(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &sound()));
    let first = owner.send(&owner.open(&link(&agent, "card:fund")), &Answer::default());
    let code_of_first = code(&first);
    let tokens = agent.token(&agent.exchange(&code_of_first)).expect(200);
    let page = owner.open(&link(&agent, "card:fund"));
    let back = [("token", text(&tokens, "refresh_token")), ("client_id", &agent.id)];
    assert_eq!(agent.form("/oauth/revoke", &back).send().status, 200);
    let anew = owner.send(&page, &Answer::default());
    assert!(anew.status == 422 && anew.html.contains(ANEW), "{}", anew.html);
    assert_eq!(open_grants(&owner), Vec::<Value>::new());
    code(&owner.send(&anew, &Answer::default()));
    let bounds = &open_grants(&owner)[0]["mandate"];
    assert!(bounds["expires_at"].is_string() && bounds["total_usd"].is_number(), "{bounds}");
}

fn a_grant_that_is_opened_meanwhile_is_shown_first(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &sound()));
    let pages = [(); 2].map(|()| owner.open(&link(&agent, "card:read card:fund")));
    let reads = Answer { scopes: Some(vec!["card:read".to_owned()]), ..Answer::default() };
    code(&owner.send(&pages[0], &reads));
    let anew = owner.send(&pages[1], &Answer::default());
    assert!(anew.html.contains(ANEW) && anew.html.contains("is connected already"));
    assert_eq!(open_grants(&owner)[0]["scopes"], json!(["card:read"]), "nothing was given yet");
    code(&owner.send(&anew, &Answer::default()));
    assert_eq!(open_grants(&owner)[0]["scopes"], json!(["card:read", "card:fund"]));
}

fn a_day_that_stays_is_the_same_moment(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &sound()));
    code(&owner.send(&owner.open(&link(&agent, "card:fund")), &Answer::default()));
    let path = format!("/v1/grants/{}", text(&open_grants(&owner)[0], "id"));
    let noon = json!({"mandate": {"expires_at": "2090-01-01T12:00:00Z"}});
    let agreed = owner.client.patch(&path, &noon).expect(200)["mandate"].clone();
    code(&owner.send(&owner.open(&link(&agent, "card:fund")), &Answer::default()));
    assert_eq!(owner.client.get(&path).expect(200)["mandate"], agreed);
    let other = Answer::default().with("expires_on", "2090-01-02");
    code(&owner.send(&owner.open(&link(&agent, "card:fund")), &other));
    let moved = owner.client.get(&path).expect(200)["mandate"].clone();
    assert_eq!(text(&moved, "expires_at"), "2090-01-02T23:59:59Z");
}

fn a_name_is_agreed_to_as_it_was_shown(backend: Backend) {
    let server = Server::shared(backend);
    let (owner, agent) = (Owner::sign_up(&server), Agent::register(&server, &sound()));
    let page = owner.open(&link(&agent, "read"));
    let bearer = agent.http.with_token(text(&agent.registration, "registration_access_token"));
    let mut other = sound();
    other["client_name"] = json!("Somebody else");
    other["client_id"] = json!(agent.id);
    let path = format!("/oauth/register/{}", agent.id);
    bearer.request(reqwest::Method::PUT, &path).json(&other).send().expect(200);
    let anew = owner.send(&page, &Answer::default());
    assert!(anew.html.contains(ANEW) && anew.html.contains("Somebody else"), "{}", anew.html);
    assert_eq!(open_grants(&owner), Vec::<Value>::new());
    code(&owner.send(&anew, &Answer::default()));
    assert_eq!(open_grants(&owner)[0]["client"]["name"], "Somebody else");
}

fn signing_in_again_ends_the_session_before(backend: Backend) {
    let server = Server::shared(backend);
    let owner = Owner::sign_up(&server);
    let base = owner.client.base();
    owner.open(&format!("{base}/connections"));
    let before = owner.client.with_token(&owner.session());
    before.get("/v1/balance").expect(200);
    owner.open(&format!("{base}/signin?again=1"));
    let after = owner.client.with_token(&owner.session());
    assert_ne!(before.token(), after.token());
    before.get("/v1/balance").expect_error(401, "invalid_credentials", None);
    after.get("/v1/balance").expect(200);
    // The sessions of other browsers and programs are none of its business.
    owner.client.get("/v1/balance").expect(200);
}
