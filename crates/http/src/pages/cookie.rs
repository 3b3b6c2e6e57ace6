//! The session in a cookie: the very token that `sign_in` gives.
//!
//! Over TLS its name binds it to this host (`__Host-`, RFC 6265bis section 4.1.3.2). Without TLS,
//! which is for development on one machine, browsers would not take that name.

use actix_web::{HttpRequest, http::header::COOKIE};

const SECURE: &str = "__Host-cardium";
const PLAIN: &str = "cardium";

const fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

/// The session's token, if the browser sent one, and one only.
pub fn find(request: &HttpRequest, secure: bool) -> Option<String> {
    let lines = request.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut own = pairs.filter(|(known, _)| known.trim() == name(secure));
    let (_, value) = own.next().filter(|_| own.next().is_none())?;
    let value = value.trim();
    (value.starts_with("sess_") && value.len() <= 256).then(|| value.to_owned())
}

/// Keeps a session until the browser is closed.
pub fn set(token: &str, secure: bool) -> String {
    format!("{}={token}{}", name(secure), attributes(secure))
}

/// Forgets the session.
pub fn clear(secure: bool) -> String {
    format!("{}={}; Max-Age=0", name(secure), attributes(secure))
}

const fn attributes(secure: bool) -> &'static str {
    if secure {
        "; Path=/; HttpOnly; SameSite=Lax; Secure"
    } else {
        "; Path=/; HttpOnly; SameSite=Lax"
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn found(lines: &[&str], secure: bool) -> Option<String> {
        let add = |request: TestRequest, line: &&str| request.append_header(("cookie", *line));
        let request = lines.iter().fold(TestRequest::get(), add).to_http_request();
        find(&request, secure)
    }

    #[test]
    fn one_cookie_of_the_right_name_is_found() {
        let token = Some("sess_abc".to_owned());
        assert_eq!(found(&["a=b; __Host-cardium=sess_abc; c=d"], true), token);
        assert_eq!(found(&["a=b", "cardium=sess_abc"], false), token);
        for (lines, secure) in [
            (&["cardium=sess_abc"][..], true),
            (&["__Host-cardium=sess_abc"], false),
            (&["cardium=sess_abc; cardium=sess_def"], false),
            (&["cardium=ccm_live_abc"], false),
            (&["xcardium=sess_abc"], false),
            (&[], false),
        ] {
            assert_eq!(found(lines, secure), None, "{lines:?}");
        }
    }

    #[test]
    fn over_tls_the_name_binds_it_to_the_host() {
        let expected = "__Host-cardium=sess_a; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(set("sess_a", true), expected);
        assert_eq!(set("sess_a", false), "cardium=sess_a; Path=/; HttpOnly; SameSite=Lax");
        assert!(clear(true).ends_with("; Secure; Max-Age=0"));
    }
}
