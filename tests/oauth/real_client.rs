//! The `oauth2` crate, which knows nothing of us.

use cardium_testkit::Backend;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RefreshToken, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use reqwest::Method;
use serde_json::json;

use super::agent::{Agent, all_of, answered, find, location, sound};
use crate::{
    on_both,
    support::{Client, Server, text},
};

on_both! {
    the_oauth2_crate_goes_all_the_way;
}

/// Sends what the crate makes.
fn exchange(client: &Client, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    let (parts, body) = request.into_parts();
    let method = Method::from_bytes(parts.method.as_str().as_bytes()).expect("a method");
    let mut asked = client.request(method, parts.uri.path());
    for (name, value) in &parts.headers {
        asked = asked.header_of_bytes(name.as_str(), value.as_bytes());
    }
    let reply = asked.body(body).send();
    let mut response = HttpResponse::new(reply.body.clone());
    *response.status_mut() = reply.status.try_into().expect("a status");
    let headers = response.headers_mut();
    if let Some(declared) = reply.header("Content-Type") {
        headers.insert("content-type", declared.parse().expect("a type"));
    }
    Ok(response)
}

fn the_oauth2_crate_goes_all_the_way(backend: Backend) {
    let server = Server::shared(backend);
    let owner = server.sign_up();
    let mut metadata = sound();
    metadata["token_endpoint_auth_method"] = json!("client_secret_basic");
    let agent = Agent::register(&server, &metadata);
    let at = |path: &str| format!("{}{path}", agent.http.base());
    let secret = text(&agent.registration, "client_secret").to_owned();
    let redirect = "http://localhost:4711/callback".to_owned();
    let client = BasicClient::new(ClientId::new(agent.id.clone()))
        .set_client_secret(ClientSecret::new(secret))
        .set_auth_uri(AuthUrl::new(at("/oauth/authorize")).expect("a URL"))
        .set_token_uri(TokenUrl::new(at("/oauth/token")).expect("a URL"))
        .set_introspection_url(IntrospectionUrl::new(at("/oauth/introspect")).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(redirect).expect("a URL"));
    // The crate insists on https for revocation only.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("read".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let path = format!("{}?{}", url.path(), url.query().expect("a query"));
    let open = agent.http.request(Method::GET, &path);
    let opened = open.header("Cookie", &format!("cardium={}", owner.token())).send();
    let place = location(&opened);
    let asked = place.strip_prefix("/oauth/consent?request=").expect("the consent page");
    let answer = server.answer(&owner, asked, Some(all_of("read"))).expect("the owner may");
    let told = answered(&answer);
    assert_eq!(find(&told, "state"), Some(state.secret().as_str()));
    let code = AuthorizationCode::new(find(&told, "code").expect("a code").to_owned());
    let http = |request: HttpRequest| exchange(&agent.http, request);
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request(&http);
    let tokens = tokens.expect("tokens");
    let first = tokens.refresh_token().expect("a refresh token");
    let again = client.exchange_refresh_token(first).request(&http).expect("tokens");
    let told = client.introspect(again.access_token()).request(&http).expect("an answer");
    assert!(told.active() && again.scopes() == tokens.scopes());
    revoke(&server, again.refresh_token().expect("a refresh token"), &client_of(&agent));
    let told = client.introspect(again.access_token()).request(&http).expect("an answer");
    assert!(!told.active());
}

/// What a revocation needs of a client.
struct Known {
    id: String,
    secret: String,
    http: Client,
}

fn client_of(agent: &Agent) -> Known {
    let secret = text(&agent.registration, "client_secret").to_owned();
    Known { id: agent.id.clone(), secret, http: agent.http.clone() }
}

/// The crate revokes at https only; its request is sent to where the server really is.
fn revoke(_: &Server, token: &RefreshToken, known: &Known) {
    let client = BasicClient::new(ClientId::new(known.id.clone()))
        .set_client_secret(ClientSecret::new(known.secret.clone()))
        .set_revocation_url(
            RevocationUrl::new("https://localhost/oauth/revoke".to_owned()).expect("a URL"),
        );
    let http = |request: HttpRequest| exchange(&known.http, request);
    let token = StandardRevocableToken::RefreshToken(token.clone());
    client.revoke_token(token).expect("https").request(&http).expect("it is revoked");
}
