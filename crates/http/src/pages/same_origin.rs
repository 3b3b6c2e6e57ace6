//! Whether a form was sent from a page of ours.
//!
//! Browsers say so themselves: by `Sec-Fetch-Site`, and where they are too old for it by `Origin`.
//! What says neither is no browser, and has no business with a form.

use actix_web::http::header::{HeaderMap, ORIGIN};

use crate::base::Base;

use super::chrome::Failed;

/// Passes what came from where this service is reached. What stands in `Host` does not matter
/// where a setting says where that is: a proxy may have written it anew.
pub fn check(headers: &HeaderMap, own: Option<&Base>) -> Result<(), Failed> {
    let one = |name: &str| {
        let mut values = headers.get_all(name).map(|value| value.to_str().unwrap_or(""));
        values.next().filter(|_| values.next().is_none())
    };
    let origin = one(ORIGIN.as_str());
    let here = origin.is_some() && origin == own.map(Base::as_str);
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

    fn passes(lines: &[(&str, &str)], own: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().chain(&[("host", "inside.example:8080")]) {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let own = own.map(|url| Base::from_url(&url.parse().unwrap()));
        check(&headers, own.as_ref()).is_ok()
    }

    #[test]
    fn only_forms_of_this_origin_pass() {
        let (site, origin) = ("sec-fetch-site", "origin");
        let own = (origin, "https://pay.example:8443");
        let here = Some("https://pay.example:8443/");
        assert!(passes(&[(site, "same-origin"), own], here));
        assert!(passes(&[(site, "same-origin")], here));
        assert!(passes(&[own], here));
        assert!(passes(&[(origin, "http://localhost:8080")], Some("http://localhost:8080")));
        assert!(!passes(&[own], None), "nobody says where this is");
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
            &[(origin, "https://inside.example:8080")],
            &[own, own],
        ] {
            assert!(!passes(lines, here), "{lines:?}");
        }
    }
}
