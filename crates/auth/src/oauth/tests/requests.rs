//! Requests for codes.

use url::form_urlencoded;

use super::{
    negatives::{REQUESTS, Refusal},
    *,
};

const BASE: &str = "https://cardium.example";

/// A sound request's fields, changed.
pub fn fields(sound: &[(&str, &str)], without: &[&str], with: &[(&str, &str)]) -> Parameters {
    let kept = sound.iter().filter(|(name, _)| !without.contains(name));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept.chain(with));
    Parameters::parse(query.finish().as_bytes())
}

const SOUND: [(&str, &str); 7] = [
    ("client_id", CLIENT),
    ("redirect_uri", WEB),
    ("response_type", "code"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
    ("scope", "card:read"),
    ("state", "xyz"),
];

fn read(parameters: &Parameters) -> Result<AuthorizationRequest, RequestError> {
    let resources = ResourceSet::new(BASE.to_owned());
    let shown = |error| RequestError::Shown(error);
    let id = parameters.get("client_id").map_err(shown)?;
    if id != CLIENT {
        let unknown = OAuthError::new(OAuthErrorCode::InvalidClient, "unknown");
        return Err(RequestError::Shown(unknown));
    }
    AuthorizationRequest::read(parameters, &client_of(sound()), &resources)
}

#[test]
fn requests_of_the_table_are_refused_where_they_may_be() {
    for case in REQUESTS {
        let refused = read(&fields(&SOUND, case.without, case.with)).unwrap_err();
        let (refusal, address) = match &refused {
            RequestError::Shown(error) => (Refusal::Shown(error.code.as_str()), None),
            RequestError::Returned { address, error } => {
                (Refusal::Returned(error.code.as_str()), Some(address))
            }
        };
        assert_eq!(refusal, case.refusal, "{}", case.name);
        assert!(address.is_none_or(|to| to.redirect_uri.as_str() == WEB), "{}", case.name);
    }
}

#[test]
fn a_sound_request_is_read_and_answered() {
    let request = read(&fields(&SOUND, &[], &[])).unwrap();
    assert_eq!((request.resource, request.scope.text()), (Resource::Mcp, "card:read".to_owned()));
    let url = request.address.with_code("c&d", BASE);
    let rest = "&code=c%26d&iss=https%3A%2F%2Fcardium.example&state=xyz";
    assert_eq!(url, format!("{WEB}{rest}"));
    let denied = OAuthError::new(OAuthErrorCode::AccessDenied, "No \"thanks\".");
    let url = request.address.with_error(&denied, BASE);
    assert!(url.contains("&error=access_denied&error_description=No+%3Fthanks%3F.&iss="), "{url}");
    let port = [("redirect_uri", "http://localhost:5000/callback")];
    let request = read(&fields(&SOUND, &["redirect_uri", "state"], &port)).unwrap();
    let url = request.address.with_code("c", BASE);
    assert_eq!(url, "http://localhost:5000/callback?code=c&iss=https%3A%2F%2Fcardium.example");
}

#[test]
fn both_doors_are_resources() {
    for (named, resource) in [("/mcp", Resource::Mcp), ("/v1/", Resource::V1), ("", Resource::Base)]
    {
        let named = format!("{BASE}{named}");
        let request = read(&fields(&SOUND, &[], &[("resource", &named)])).unwrap();
        assert_eq!(request.resource, resource, "{named}");
    }
    let both = [("resource", "https://cardium.example/mcp"), ("resource", "https://b.example")];
    assert!(read(&fields(&SOUND, &[], &both)).is_err());
}

#[test]
fn long_states_are_not_sent_back() {
    let long = "x".repeat(2_049);
    let refused = read(&fields(&SOUND, &["state"], &[("state", &long)])).unwrap_err();
    let RequestError::Returned { address, error } = refused else { panic!("shown") };
    assert_eq!((address.state, error.code), (None, OAuthErrorCode::InvalidRequest));
}
