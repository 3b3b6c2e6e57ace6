//! Registrations, redirect URIs and documents.

use std::time::Duration;

use cardium_kernel::Change;
use proptest::prelude::*;

use super::{negatives::REGISTRATIONS, *};

fn changed(field: &str, values: &[&str]) -> ClientMetadata {
    let mut metadata = sound();
    let list = || values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let one = values.first().map(|value| (*value).to_owned());
    match field {
        "redirect_uris" => metadata.redirect_uris = list(),
        "grant_types" => metadata.grant_types = Some(list()),
        "response_types" => metadata.response_types = Some(list()),
        "contacts" => metadata.contacts = list(),
        "token_endpoint_auth_method" => metadata.token_endpoint_auth_method = one,
        "scope" => metadata.scope = one,
        "client_name" => metadata.client_name = one,
        "logo_uri" => metadata.logo_uri = one,
        "client_uri" => metadata.client_uri = one,
        "tos_uri" => metadata.tos_uri = one,
        "policy_uri" => metadata.policy_uri = one,
        other => panic!("no field {other}"),
    }
    metadata
}

#[test]
fn registrations_of_the_table_are_refused() {
    for case in REGISTRATIONS {
        let refused = ClientDetails::try_new(changed(case.field, case.values), &rules());
        let code = refused.map_err(|error| error.code.as_str());
        assert_eq!(code, Err(case.error), "{}", case.name);
    }
}

#[test]
fn the_tables_have_a_hundred_cases() {
    use super::negatives::{CODE_EXCHANGES, REFRESHES, REQUESTS};
    let all = [REGISTRATIONS.len(), REQUESTS.len(), CODE_EXCHANGES.len(), REFRESHES.len()];
    assert!(all.iter().sum::<usize>() >= 100);
}

#[test]
fn redirect_uris_of_real_clients_are_registered() {
    for uri in [
        "https://claude.ai/api/mcp/auth_callback",
        "http://localhost/callback",
        "http://localhost:6274/oauth/callback",
        "http://127.0.0.1:33418",
        "http://127.0.0.1:33418/",
        "http://[::1]:8080/callback?x=y",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "com.example.app:/callback",
        "https://a.example:8443/a/b?c=d",
    ] {
        let read = RedirectUri::parse(uri, &rules().schemes);
        let read = read.unwrap_or_else(|error| panic!("{uri}: {error}"));
        assert!(read.matches(uri) && RedirectUri::restore(uri.to_owned()) == read, "{uri}");
    }
}

#[test]
fn a_host_is_written_as_every_parser_reads_it() {
    for uri in [
        "https://a.example;b.example/x",
        "https://a.example,b.example/x",
        "https://a.example&b.example/x",
        "https://a.example$/x",
        "https://a_b.example/x",
        "https://a.example:+443/x",
        "https://[::1]x/x",
    ] {
        let read = RedirectUri::parse(uri, &rules().schemes);
        assert!(read.is_err(), "{uri}");
    }
}

#[test]
fn owners_are_shown_where_a_client_is_answered() {
    let shown = |uri: &str| RedirectUri::restore(uri.to_owned()).host();
    assert_eq!(shown("https://a.example:8443/x"), "a.example");
    assert_eq!(shown("http://[::1]:1/x"), "[::1]");
    assert_eq!(shown("cursor://anysphere.cursor-mcp/x"), "cursor:");
}

#[test]
fn no_list_allows_a_dangerous_scheme() {
    for scheme in ["javascript", "DATA", "https", "", "1a", "a b", "a:"] {
        assert!(PrivateSchemes::try_new(&[scheme]).is_err(), "{scheme}");
    }
}

#[test]
fn silence_means_what_rfc_7591_says() {
    let metadata = ClientMetadata {
        redirect_uris: vec![WEB.to_owned(), WEB.to_owned()],
        ..ClientMetadata::default()
    };
    let details = ClientDetails::try_new(metadata, &rules()).unwrap();
    assert_eq!((details.method(), details.redirect_uris().len()), (AuthMethod::Basic, 1));
    assert!(details.may_use(GrantType::RefreshToken) && details.ceiling().is_none());
    assert_eq!(details.metadata().response_types, Some(vec!["code".to_owned()]));
    assert_eq!(ClientDetails::restore(details.metadata().clone()), details);
    let one = details.find_redirect(None).unwrap();
    assert_eq!(one.as_str(), WEB);
}

#[test]
fn what_is_not_served_is_dropped_and_not_registered() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let mut metadata = changed("grant_types", &[device, "authorization_code", "password"]);
    metadata.response_types = Some(vec!["token".to_owned(), "code".to_owned()]);
    let details = ClientDetails::try_new(metadata, &rules()).unwrap();
    assert!(!details.may_use(GrantType::RefreshToken));
    let registered = details.metadata();
    assert_eq!(registered.grant_types, Some(vec!["authorization_code".to_owned()]));
    assert_eq!(registered.response_types, Some(vec!["code".to_owned()]));
}

#[test]
fn clients_that_nobody_uses_go() {
    let mut client = client_of(sound());
    let day = 24 * 3_600;
    assert!(!client.is_over(at(day - 1)) && client.is_over(at(day)));
    assert_eq!(client.touch(at(day)), Change::Applied);
    assert_eq!(client.touch(at(2 * day - 1)), Change::AlreadyApplied);
    assert!(!client.is_over(at(90 * day)) && client.is_over(at(91 * day)));
    let kept = ClientRecord { kind: ClientKind::Operator, ..(*client).clone() };
    assert!(!Client::restore(kept).is_over(at(900 * day)));
}

#[test]
fn a_client_that_ended_is_over_for_good_and_waits_for_its_grants() {
    for kind in ClientKind::ALL {
        let mut client = Client::restore(ClientRecord { kind, ..(*client_of(sound())).clone() });
        assert!(!client.is_over(at(1)));
        assert_eq!(client.end(at(1)), Change::Applied);
        assert_eq!(client.end(at(2)), Change::AlreadyApplied);
        assert_eq!((client.ended_at, client.expires_at()), (Some(at(1)), None), "{kind:?}");
        assert!(client.is_over(at(1)), "{kind:?}");
    }
}

#[test]
fn a_client_is_proven_where_nobody_else_is_answered() {
    let is_proven = |kind, id: &str, uri: &str| {
        let id = id.to_owned();
        let client = Client::restore(ClientRecord { kind, id, ..(*client_of(sound())).clone() });
        client.is_proven_at(&RedirectUri::parse(uri, &rules().schemes).unwrap())
    };
    let document = "https://a.example/client.json";
    for (kind, id, uri, proven) in [
        (ClientKind::Registered, CLIENT, WEB, false),
        (ClientKind::Operator, CLIENT, WEB, true),
        (ClientKind::Operator, CLIENT, "http://localhost/callback", false),
        (ClientKind::Operator, CLIENT, "http://127.0.0.1:5000/callback", false),
        (ClientKind::Operator, CLIENT, "cursor://callback", false),
        (ClientKind::Document, document, "https://a.example/elsewhere", true),
        (ClientKind::Document, document, "https://b.example/", false),
        (ClientKind::Document, document, "http://localhost/callback", false),
        (ClientKind::Document, document, "cursor://a.example/", false),
    ] {
        assert_eq!(is_proven(kind, id, uri), proven, "{kind:?} {uri}");
    }
}

#[test]
fn only_plain_addresses_are_client_ids() {
    let read = |text: &str| DocumentUrl::parse(text, DocumentReach::Https);
    for fine in ["https://a.example/client.json", "https://a.example:8443/x/y"] {
        assert_eq!(read(fine).unwrap().as_str(), fine);
    }
    for bad in [
        "http://a.example/client.json",
        "http://127.0.0.1/client.json",
        "https://a.example",
        "https://a.example/",
        "https://a.example/x?y",
        "https://a.example/x#y",
        "https://u@a.example/x",
        "https://u:p@a.example/x",
        "https://a.example/a/../x",
        "https://a.example/./x",
        "https://a.example/%2e%2e/x",
        "https://A.example/x",
        "HTTPS://a.example/x",
        "https://a.example:443/x",
        "https:/a.example/x",
        "https://a.example/ x",
        "https://a.example\\x",
        "https://127.1/x",
        "ftp://a.example/x",
        &format!("https://a.example/{}", "x".repeat(1_024)),
    ] {
        let code = read(bad).map_err(|error| error.code);
        assert_eq!(code, Err(OAuthErrorCode::InvalidClient), "{bad}");
    }
    let nearby = "http://127.0.0.1:8000/client.json";
    assert!(DocumentUrl::parse(nearby, DocumentReach::Loopback).is_ok());
    assert!(DocumentUrl::parse("http://a.example/x", DocumentReach::Loopback).is_err());
}

#[test]
fn a_document_describes_its_own_address_alone() {
    let text = "https://a.example/client.json";
    let url = DocumentUrl::parse(text, DocumentReach::Https).unwrap();
    let metadata = ClientMetadata { token_endpoint_auth_method: None, ..sound() };
    let fine = MetadataDocument {
        client_id: Some(text.to_owned()),
        has_secret: false,
        methods: Vec::new(),
        metadata: metadata.clone(),
    };
    assert_eq!(fine.clone().check(&url, &rules()).unwrap().method(), AuthMethod::None);
    let key = Some("private_key_jwt".to_owned());
    let keyed = ClientMetadata { token_endpoint_auth_method: key, ..metadata };
    for bad in [
        MetadataDocument { client_id: None, ..fine.clone() },
        MetadataDocument { client_id: Some("https://b.example/x".to_owned()), ..fine.clone() },
        MetadataDocument { has_secret: true, ..fine.clone() },
        MetadataDocument {
            metadata: keyed.clone(),
            methods: vec!["private_key_jwt".to_owned()],
            ..fine.clone()
        },
    ] {
        assert!(bad.check(&url, &rules()).is_err());
    }
    let both = vec!["none".to_owned(), "private_key_jwt".to_owned()];
    let either = MetadataDocument { metadata: keyed, methods: both, ..fine.clone() };
    assert_eq!(either.check(&url, &rules()).unwrap().method(), AuthMethod::None);
    let plain = ClientMetadata { redirect_uris: vec!["http://b.example/".to_owned()], ..sound() };
    let refused = MetadataDocument { metadata: plain, ..fine }.check(&url, &rules());
    assert_eq!(refused.unwrap_err().code, OAuthErrorCode::InvalidRedirectUri);
}

#[test]
fn documents_are_believed_for_minutes_to_a_day() {
    for (says, believed) in [(None, 300), (Some(0), 300), (Some(600), 600), (Some(1 << 40), 86_400)]
    {
        let believed = Duration::from_secs(believed);
        assert_eq!(fresh_for(says.map(Duration::from_secs)), believed);
    }
}

proptest! {
    #[test]
    fn only_the_port_of_a_loopback_uri_may_differ(
        port in 1..=u16::MAX, other in 1..=u16::MAX, path in "/[a-z0-9/]{0,12}", web in "[a-z]{1,9}"
    ) {
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            let own = format!("http://{host}:{port}{path}");
            let uri = RedirectUri::parse(&own, &rules().schemes).unwrap();
            let (same, longer) = (format!("http://{host}:{other}{path}"), format!("{own}x"));
            let (none, elsewhere) = (format!("http://{host}{path}"), format!("http://{web}{path}"));
            prop_assert!(uri.matches(&same) && uri.matches(&none));
            prop_assert!(!uri.matches(&longer) && !uri.matches(&elsewhere));
        }
        let own = format!("https://{web}.example:{port}{path}");
        let uri = RedirectUri::parse(&own, &rules().schemes).unwrap();
        let moved = format!("https://{web}.example:{other}{path}");
        prop_assert_eq!(uri.matches(&moved), port == other);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        if let Ok(uri) = RedirectUri::parse(&text, &rules().schemes) {
            prop_assert_eq!(uri.as_str(), text.as_str());
            prop_assert!(!uri.host().is_empty());
        }
        let reached = DocumentUrl::parse(&text, DocumentReach::Loopback);
        prop_assert!(reached.is_err() || text.starts_with("http"));
    }
}
