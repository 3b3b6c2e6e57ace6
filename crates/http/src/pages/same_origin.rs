//! Whether a form was sent from a page of ours.
//!
//! Browsers say so themselves: by `Sec-Fetch-Site`, and where they are too old for it by `Origin`.
//! What says neither is no browser, and has no business with a form.

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};

use super::chrome::Failed;

/// Passes what came from this very origin.
pub fn check(headers: &HeaderMap, secure: bool) -> Result<(), Failed> {
    let one = |name: &str| {
        let mut values = headers.get_all(name).map(|value| value.to_str().unwrap_or(""));
        values.next().filter(|_| values.next().is_none())
    };
    let own = one(HOST.as_str()).map(|host| {
        let scheme = if secure { "https" } else { "http" };
        format!("{scheme}://{host}")
    });
    let origin = one(ORIGIN.as_str());
    let here = origin.is_some() && origin == own.as_deref();
    let passes = match one("sec-fetch-site") {
        Some(site) => site == "same-origin" && (here || origin.is_none()),
        None => here && !headers.contains_key("sec-fetch-site"),
    };
    if passes { Ok(()) } else { Err(Failed::Foreign) }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn passes(lines: &[(&str, &str)], secure: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().chain(&[("host", "pay.example:8443")]) {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        check(&headers, secure).is_ok()
    }

    #[test]
    fn only_forms_of_this_origin_pass() {
        let (site, origin) = ("sec-fetch-site", "origin");
        let own = (origin, "https://pay.example:8443");
        assert!(passes(&[(site, "same-origin"), own], true));
        assert!(passes(&[(site, "same-origin")], true));
        assert!(passes(&[own], true));
        assert!(passes(&[(origin, "http://pay.example:8443")], false));
        for lines in [
            &[][..],
            &[(site, "cross-site")],
            &[(site, "same-site"), own],
            &[(site, "none")],
            &[(site, "cross-site"), own],
            &[(site, "same-origin"), (site, "cross-site"), own],
            &[(site, "same-origin"), (origin, "https://evil.example")],
            &[(origin, "null")],
            &[(origin, "https://evil.example")],
            &[(origin, "https://pay.example")],
            &[(origin, "https://pay.example:8443.evil.example")],
            &[(origin, "http://pay.example:8443")],
            &[own, own],
        ] {
            assert!(!passes(lines, true), "{lines:?}");
        }
    }
}
