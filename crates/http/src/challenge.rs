//! `WWW-Authenticate`: what a client needs to get a token that passes (RFC 6750, RFC 9728).

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE},
    },
};
use cardium_auth::{Scope, ScopeSet};

use crate::{HttpSettings, base::Base};

/// Where the metadata of a protected resource is found; the resource's path follows.
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// What the caller of this request may do, once the guard knows.
#[derive(Debug, Clone, Copy)]
pub struct Granted(pub ScopeSet);

/// Says that the client of this request registered for less than it lacks: whatever it asked its
/// owner for would be refused.
#[derive(Debug, Clone, Copy)]
pub struct NoRoom;

/// What a request was for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The resource: `/v1` or `/mcp`.
    pub resource: &'static str,
    /// What it needs; empty where any credential will do.
    pub scopes: Vec<Scope>,
}

impl Wanted {
    /// The one scope of an operation, if it has one.
    pub fn new(resource: &'static str, scope: Option<Scope>) -> Self {
        Self { resource, scopes: scope.into_iter().collect() }
    }

    /// Adds the challenge to a refusal that a better token would not get.
    pub fn challenge(
        self,
        response: &mut HttpResponse,
        (request, settings): (&HttpRequest, &HttpSettings),
    ) {
        let granted = request.extensions().get::<Granted>().copied();
        let granted = granted.filter(|_| !request.extensions().contains::<NoRoom>());
        let mut parameters = Vec::new();
        let wanted = |scope: &Scope| self.scopes.contains(scope);
        let scopes: Vec<Scope> = match (response.status(), granted) {
            (StatusCode::UNAUTHORIZED, _) => {
                if request.headers().contains_key(AUTHORIZATION) {
                    parameters.push(r#"error="invalid_token""#.to_owned());
                }
                self.scopes.clone()
            }
            (StatusCode::FORBIDDEN, Some(Granted(granted)))
                if !self.scopes.iter().all(|scope| granted.allows(*scope)) =>
            {
                parameters.push(r#"error="insufficient_scope""#.to_owned());
                let together = |scope: &Scope| granted.allows(*scope) || wanted(scope);
                Scope::ALL.iter().copied().filter(together).collect()
            }
            _ => return,
        };
        let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        if !words.is_empty() {
            parameters.push(format!(r#"scope="{}""#, words.join(" ")));
        }
        if let Some(base) = Base::of(request, settings) {
            let place = [base.as_str(), METADATA, self.resource].concat();
            parameters.push(format!(r#"resource_metadata="{place}""#));
        }
        let text = format!("Bearer {}", parameters.join(", "));
        if let Ok(value) = HeaderValue::from_str(text.trim_end()) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn said(status: u16, token: &str, granted: &[Scope]) -> Option<String> {
        let mut request = TestRequest::default().insert_header(("host", "localhost:1"));
        if !token.is_empty() {
            request = request.insert_header((AUTHORIZATION, token));
        }
        let request = request.to_http_request();
        if !granted.is_empty() {
            request.extensions_mut().insert(Granted(granted.iter().copied().collect()));
        }
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
        let wanted = Wanted::new("/mcp", Some(Scope::CardFund));
        wanted.challenge(&mut response, (&request, &HttpSettings::default()));
        let value = response.headers().get(WWW_AUTHENTICATE)?;
        Some(value.to_str().unwrap().to_owned())
    }

    const PLACE: &str =
        r#"resource_metadata="http://localhost:1/.well-known/oauth-protected-resource/mcp""#;

    #[test]
    fn strangers_hear_what_is_needed() {
        let asked = format!(r#"Bearer scope="card:fund", {PLACE}"#);
        assert_eq!(said(401, "", &[]), Some(asked));
        let wrong = format!(r#"Bearer error="invalid_token", scope="card:fund", {PLACE}"#);
        assert_eq!(said(401, "Bearer x", &[]), Some(wrong));
    }

    #[test]
    fn callers_hear_what_they_have_and_need() {
        let more = r#"Bearer error="insufficient_scope", scope="card:read card:fund", "#;
        assert_eq!(said(403, "Bearer x", &[Scope::CardRead]), Some(format!("{more}{PLACE}")));
        assert_eq!(said(403, "Bearer x", &[Scope::CardFund]), None, "no scope would help");
        assert_eq!(said(404, "Bearer x", &[Scope::CardRead]), None);
    }
}
