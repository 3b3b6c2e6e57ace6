//! Requests that an OAuth server must refuse, each with the word of its refusal. The rules alone
//! are held to them (`crates/auth`), and so is the server, over HTTP.
//!
//! A case is a sound request with some of its fields changed.

/// A registration: one field, its values, and the error.
pub struct Registration {
    pub name: &'static str,
    pub field: &'static str,
    pub values: &'static [&'static str],
    pub error: &'static str,
}

const fn redirect(name: &'static str, uri: &'static [&'static str]) -> Registration {
    Registration { name, field: "redirect_uris", values: uri, error: "invalid_redirect_uri" }
}

const fn metadata(
    name: &'static str,
    field: &'static str,
    values: &'static [&'static str],
) -> Registration {
    Registration { name, field, values, error: "invalid_client_metadata" }
}

pub const REGISTRATIONS: &[Registration] = &[
    redirect("no redirect URI", &[]),
    redirect(
        "six redirect URIs",
        &[
            "https://a.example/1",
            "https://a.example/2",
            "https://a.example/3",
            "https://a.example/4",
            "https://a.example/5",
            "https://a.example/6",
        ],
    ),
    redirect("an empty redirect URI", &[""]),
    redirect("a relative redirect URI", &["/callback"]),
    redirect("no scheme", &["//a.example/callback"]),
    redirect("plain http to a public host", &["http://a.example/callback"]),
    redirect("http to an address nearby", &["http://192.168.0.1/callback"]),
    redirect("http to another loopback address", &["http://127.0.0.2/callback"]),
    redirect("http to every address", &["http://0.0.0.0/callback"]),
    redirect("a loopback address as one number", &["http://2130706433/callback"]),
    redirect("a loopback address in octal", &["http://0177.0.0.1/callback"]),
    redirect("a short loopback address", &["http://127.1/callback"]),
    redirect("a name that begins like localhost", &["http://localhost.a.example/callback"]),
    redirect("localhost with a dot", &["http://localhost./callback"]),
    redirect("localhost in capitals", &["http://LOCALHOST/callback"]),
    redirect("a mapped loopback address", &["http://[::ffff:127.0.0.1]/callback"]),
    redirect("a fragment", &["https://a.example/callback#top"]),
    redirect("an empty fragment", &["https://a.example/callback#"]),
    redirect("a user name", &["https://user@a.example/callback"]),
    redirect("a password", &["https://user:pass@a.example/callback"]),
    redirect("an empty user name", &["https://@a.example/callback"]),
    redirect("a loopback host as a user name", &["http://localhost:1@a.example/callback"]),
    redirect("a wildcard host", &["https://*.a.example/callback"]),
    redirect("an encoded host", &["https://a%2eexample/callback"]),
    redirect("a host with a last dot", &["https://a.example./callback"]),
    redirect("no host", &["https:///callback"]),
    redirect("one slash", &["https:/a.example/callback"]),
    redirect("no slashes", &["https:a.example/callback"]),
    redirect("a backslash", &["https://a.example\\@b.example/callback"]),
    redirect("a blank", &["https://a.example/call back"]),
    redirect("a line break", &["https://a.example/call\nback"]),
    redirect("a tab before the scheme", &["\thttps://a.example/callback"]),
    redirect("a letter beyond ASCII", &["https://a.example/c\u{e4}llback"]),
    redirect("a name beyond ASCII", &["https://\u{e4}.example/callback"]),
    redirect("port zero", &["https://a.example:0/callback"]),
    redirect("a port without digits", &["https://a.example:/callback"]),
    redirect("a port too large", &["https://a.example:65536/callback"]),
    redirect("javascript", &["javascript:alert(1)"]),
    redirect("javascript like a host", &["javascript://a.example/%0aalert(1)"]),
    redirect("javascript in capitals", &["JavaScript:alert(1)"]),
    redirect("data", &["data:text/html,hello"]),
    redirect("file", &["file:///etc/passwd"]),
    redirect("blob", &["blob:https://a.example/1"]),
    redirect("vbscript", &["vbscript:msgbox(1)"]),
    redirect("about", &["about:blank"]),
    redirect("ftp", &["ftp://a.example/callback"]),
    redirect("a web socket", &["wss://a.example/callback"]),
    redirect("a scheme of nobody's", &["myapp://callback"]),
    redirect("a scheme that only begins as one of the list", &["cursorx://callback"]),
    redirect("a listed scheme with nothing behind it", &["cursor:"]),
    redirect("a listed scheme without a slash", &["cursor:callback"]),
    redirect("a listed scheme with a user name", &["cursor://user@callback/"]),
    redirect("out of band", &["urn:ietf:wg:oauth:2.0:oob"]),
    redirect("one of two is bad", &["https://a.example/callback", "http://b.example/callback"]),
    metadata("the implicit grant", "grant_types", &["implicit"]),
    metadata("passwords", "grant_types", &["password"]),
    metadata("client credentials", "grant_types", &["client_credentials"]),
    metadata(
        "device codes alone",
        "grant_types",
        &["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    ),
    metadata("refresh tokens alone", "grant_types", &["refresh_token"]),
    metadata("no grant type", "grant_types", &[]),
    metadata("the token response", "response_types", &["token"]),
    metadata("code and token in one", "response_types", &["code token"]),
    metadata("the id_token response", "response_types", &["id_token"]),
    metadata("no response type", "response_types", &[]),
    metadata("keys of clients", "token_endpoint_auth_method", &["private_key_jwt"]),
    metadata("a secret that signs", "token_endpoint_auth_method", &["client_secret_jwt"]),
    metadata("certificates", "token_endpoint_auth_method", &["tls_client_auth"]),
    metadata("a method of nobody's", "token_endpoint_auth_method", &["NONE"]),
    metadata("an unknown scope", "scope", &["card:read card:everything"]),
    metadata("every scope by a star", "scope", &["*"]),
    metadata("a card that is none", "scope", &["card:card_zzz"]),
    metadata("an empty name", "client_name", &[" "]),
    metadata("a name with a line break", "client_name", &["Cardium\nverified"]),
    metadata("a name that turns text around", "client_name", &["muidra\u{202e}C"]),
    metadata("a name with hidden letters", "client_name", &["Card\u{200b}ium"]),
    metadata("a picture that runs", "logo_uri", &["javascript:alert(1)"]),
    metadata("a picture in the URI", "logo_uri", &["data:image/png;base64,AAAA"]),
    metadata("a home page in a file", "client_uri", &["file:///etc/passwd"]),
    metadata("terms without a scheme", "tos_uri", &["a.example/terms"]),
    metadata("a policy with a user name", "policy_uri", &["https://u:p@a.example/policy"]),
    metadata("six contacts", "contacts", &["a@b", "b@b", "c@b", "d@b", "e@b", "f@b"]),
    metadata("an empty contact", "contacts", &[""]),
];

/// How a request for a code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// On a page of ours.
    Shown(&'static str),
    /// By sending the browser back to the client.
    Returned(&'static str),
}

/// A request for a code: what is added to, or left out of, a sound one. An addition to a field
/// that is there already repeats it.
pub struct Request {
    pub name: &'static str,
    pub without: &'static [&'static str],
    pub with: &'static [(&'static str, &'static str)],
    pub refusal: Refusal,
}

const fn request(
    name: &'static str,
    without: &'static [&'static str],
    with: &'static [(&'static str, &'static str)],
    refusal: Refusal,
) -> Request {
    Request { name, without, with, refusal }
}

const fn shown(
    name: &'static str,
    without: &'static [&'static str],
    with: &'static [(&'static str, &'static str)],
) -> Request {
    request(name, without, with, Refusal::Shown("invalid_request"))
}

const fn invalid(
    name: &'static str,
    without: &'static [&'static str],
    with: &'static [(&'static str, &'static str)],
) -> Request {
    request(name, without, with, Refusal::Returned("invalid_request"))
}

const fn instead(
    name: &'static str,
    field: &'static [&'static str],
    value: &'static [(&'static str, &'static str)],
    error: &'static str,
) -> Request {
    request(name, field, value, Refusal::Returned(error))
}

const URI: &[&str] = &["redirect_uri"];
const SCOPE: &[&str] = &["scope"];
const CHALLENGE: &[&str] = &["code_challenge"];
const METHOD: &[&str] = &["code_challenge_method"];

/// The client registered `https://a.example/callback?a=b` and `http://localhost/callback`, and the
/// scope `read cards:write`.
pub const REQUESTS: &[Request] = &[
    shown("no redirect URI of two", URI, &[]),
    shown("another path", URI, &[("redirect_uri", "https://a.example/callback2?a=b")]),
    shown("the query left out", URI, &[("redirect_uri", "https://a.example/callback")]),
    shown("more query", URI, &[("redirect_uri", "https://a.example/callback?a=b&c=d")]),
    shown("another host", URI, &[("redirect_uri", "https://b.example/callback?a=b")]),
    shown("a host below it", URI, &[("redirect_uri", "https://x.a.example/callback?a=b")]),
    shown("a port", URI, &[("redirect_uri", "https://a.example:443/callback?a=b")]),
    shown("capitals", URI, &[("redirect_uri", "https://A.example/callback?a=b")]),
    shown("http for https", URI, &[("redirect_uri", "http://a.example/callback?a=b")]),
    shown("a dot segment", URI, &[("redirect_uri", "https://a.example/x/../callback?a=b")]),
    shown("an encoded letter", URI, &[("redirect_uri", "https://a.example/callbac%6b?a=b")]),
    shown("a user name", URI, &[("redirect_uri", "https://a.example@b.example/callback?a=b")]),
    shown("a fragment", URI, &[("redirect_uri", "https://a.example/callback?a=b#c")]),
    shown("another loopback host", URI, &[("redirect_uri", "http://127.0.0.1/callback")]),
    shown(
        "a loopback host as a user",
        URI,
        &[("redirect_uri", "http://localhost:1@b.example/callback")],
    ),
    shown("a loopback port of letters", URI, &[("redirect_uri", "http://localhost:x/callback")]),
    shown("a loopback port too large", URI, &[("redirect_uri", "http://localhost:65536/callback")]),
    shown("another loopback path", URI, &[("redirect_uri", "http://localhost:5000/other")]),
    shown("https to a loopback host", URI, &[("redirect_uri", "https://localhost/callback")]),
    shown("javascript", URI, &[("redirect_uri", "javascript:alert(1)")]),
    shown("two redirect URIs", &[], &[("redirect_uri", "https://b.example/")]),
    shown("no client", &["client_id"], &[]),
    shown("two clients", &[], &[("client_id", "another")]),
    request(
        "an unknown client",
        &["client_id"],
        &[("client_id", "nobody")],
        Refusal::Shown("invalid_client"),
    ),
    invalid("no response type", &["response_type"], &[]),
    invalid("two response types", &[], &[("response_type", "code")]),
    instead(
        "a token",
        &["response_type"],
        &[("response_type", "token")],
        "unsupported_response_type",
    ),
    instead(
        "code and id_token",
        &["response_type"],
        &[("response_type", "code id_token")],
        "unsupported_response_type",
    ),
    invalid("a fragment for an answer", &[], &[("response_mode", "fragment")]),
    invalid("a form for an answer", &[], &[("response_mode", "form_post")]),
    invalid("a request object", &[], &[("request", "eyJhbGciOiJub25lIn0.e30.")]),
    invalid("a request by reference", &[], &[("request_uri", "https://a.example/request")]),
    invalid("no challenge", CHALLENGE, &[]),
    invalid("an empty challenge", CHALLENGE, &[("code_challenge", "")]),
    invalid("no challenge method", METHOD, &[]),
    invalid("a plain challenge", METHOD, &[("code_challenge_method", "plain")]),
    invalid("a method in small letters", METHOD, &[("code_challenge_method", "s256")]),
    invalid("a method of nobody's", METHOD, &[("code_challenge_method", "S512")]),
    invalid("two challenges", &[], &[("code_challenge", "x")]),
    invalid("a short challenge", CHALLENGE, &[("code_challenge", "abc")]),
    invalid(
        "a padded challenge",
        CHALLENGE,
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
    ),
    invalid(
        "a challenge in plain base64",
        CHALLENGE,
        &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
    ),
    invalid("two states", &[], &[("state", "other")]),
    instead("a state with a NUL", &["state"], &[("state", "a\0b")], "invalid_request"),
    invalid("two scopes", &[], &[("scope", "read")]),
    invalid("a parameter of nobody's twice", &[], &[("x", "1"), ("x", "2")]),
    instead("an unknown scope", SCOPE, &[("scope", "card:everything")], "invalid_scope"),
    instead("a known and an unknown scope", SCOPE, &[("scope", "read admin")], "invalid_scope"),
    instead("a scope in capitals", SCOPE, &[("scope", "Card:Read")], "invalid_scope"),
    instead("a scope with a comma", SCOPE, &[("scope", "card:read,card:fund")], "invalid_scope"),
    instead(
        "a scope beyond the ceiling",
        SCOPE,
        &[("scope", "withdrawal:create")],
        "invalid_scope",
    ),
    instead("numbers beyond the ceiling", SCOPE, &[("scope", "card:reveal_pan")], "invalid_scope"),
    instead("a card that is none", SCOPE, &[("scope", "read card:card_1")], "invalid_scope"),
    instead(
        "a resource of others",
        &[],
        &[("resource", "https://b.example/mcp")],
        "invalid_target",
    ),
    instead("a resource that is none", &[], &[("resource", "mcp")], "invalid_target"),
];

/// A request for tokens, of a sound code or refresh token.
pub struct Exchange {
    pub name: &'static str,
    pub without: &'static [&'static str],
    pub with: &'static [(&'static str, &'static str)],
    pub error: &'static str,
}

const fn exchange(
    name: &'static str,
    without: &'static [&'static str],
    with: &'static [(&'static str, &'static str)],
    error: &'static str,
) -> Exchange {
    Exchange { name, without, with, error }
}

const VERIFIER: &[&str] = &["code_verifier"];
const LONG: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
                    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Exchanges of a code, none of which uses it up.
pub const CODE_EXCHANGES: &[Exchange] = &[
    exchange("no grant type", &["grant_type"], &[], "invalid_request"),
    exchange("two grant types", &[], &[("grant_type", "authorization_code")], "invalid_request"),
    exchange(
        "a password",
        &["grant_type"],
        &[("grant_type", "password")],
        "unsupported_grant_type",
    ),
    exchange(
        "client credentials",
        &["grant_type"],
        &[("grant_type", "client_credentials")],
        "unsupported_grant_type",
    ),
    exchange("no code", &["code"], &[], "invalid_request"),
    exchange("two codes", &[], &[("code", "other")], "invalid_request"),
    exchange("an unknown code", &["code"], &[("code", "other")], "invalid_grant"),
    exchange("a very long code", &["code"], &[("code", LONG_CODE)], "invalid_request"),
    exchange("no verifier", VERIFIER, &[], "invalid_request"),
    exchange("two verifiers", &[], &[("code_verifier", LONG)], "invalid_request"),
    exchange("a short verifier", VERIFIER, &[("code_verifier", "short")], "invalid_request"),
    exchange("a long verifier", VERIFIER, &[("code_verifier", LONG)], "invalid_request"),
    exchange(
        "a verifier with a blank",
        VERIFIER,
        &[("code_verifier", "dBjftJeZ4CVP mB92K27uhbUJU1p1r wW1gFWFOEjXk")],
        "invalid_request",
    ),
    exchange(
        "another verifier",
        VERIFIER,
        &[("code_verifier", "xBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")],
        "invalid_grant",
    ),
    exchange(
        "the challenge for a verifier",
        VERIFIER,
        &[("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")],
        "invalid_grant",
    ),
    exchange(
        "another redirect URI",
        URI,
        &[("redirect_uri", "http://localhost/callback")],
        "invalid_grant",
    ),
    exchange("two redirect URIs", &[], &[("redirect_uri", "x")], "invalid_request"),
    exchange("no client", &["client_id"], &[], "invalid_client"),
    exchange("two clients", &[], &[("client_id", "other")], "invalid_request"),
    exchange("an unknown client", &["client_id"], &[("client_id", "nobody")], "invalid_client"),
    exchange("a secret of a public client", &[], &[("client_secret", "x")], "invalid_client"),
    exchange(
        "a resource of others",
        &[],
        &[("resource", "https://b.example/mcp")],
        "invalid_target",
    ),
];

/// Longer than anything that is looked up.
pub const LONG_CODE: &str = concat!(
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
);

/// Refreshes of a token with the scope `read`, none of which uses it up.
pub const REFRESHES: &[Exchange] = &[
    exchange("no token", &["refresh_token"], &[], "invalid_request"),
    exchange("two tokens", &[], &[("refresh_token", "other")], "invalid_request"),
    exchange("an unknown token", &["refresh_token"], &[("refresh_token", "x")], "invalid_grant"),
    exchange(
        "a very long token",
        &["refresh_token"],
        &[("refresh_token", LONG_CODE)],
        "invalid_request",
    ),
    exchange("more scope", &[], &[("scope", "read card:issue")], "invalid_scope"),
    exchange("an unknown scope", &[], &[("scope", "everything")], "invalid_scope"),
    exchange("no client", &["client_id"], &[], "invalid_client"),
    exchange("an unknown client", &["client_id"], &[("client_id", "nobody")], "invalid_client"),
];
