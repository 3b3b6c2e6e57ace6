//! Pages without a database: their headers, what their forms must prove, where they may lead, and
//! that nothing in them is more than text.

use actix_web::{App, body::to_bytes, http::header::HeaderMap, test};
use cardium_accounts::{Account, Email, PasswordHash};
use cardium_auth::{
    Scope, TokenKind,
    grants::{Approval, ApprovalRecord, ApprovalStatus, Mandate, NewGrant, Reveal, open_grant},
};
use cardium_http::configure;
use cardium_kernel::{AccountId, ApprovalId, Book, GrantId, Money};
use std::time::Duration;

use crate::support::{Doors, NOW};

const PAGES: [&str; 6] =
    ["/signin", "/signout", "/connections", "/approvals", "/panic", "/oauth/consent"];

struct Seen {
    status: u16,
    headers: HeaderMap,
    html: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

async fn visit(doors: &Doors, request: test::TestRequest) -> Seen {
    let app = test::init_service(App::new().configure(configure(&doors.state))).await;
    let response = test::call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body()).await.unwrap();
    Seen { status, headers, html: String::from_utf8(bytes.to_vec()).unwrap() }
}

fn look(path: &str, session: &str) -> test::TestRequest {
    test::TestRequest::get().uri(path).insert_header(("cookie", format!("cardium={session}")))
}

/// A form as a browser sends it from a page of this host.
fn send(path: &str, session: &str, form: &str) -> test::TestRequest {
    test::TestRequest::post()
        .uri(path)
        .insert_header(("cookie", format!("cardium={session}")))
        .insert_header(("host", "localhost:8080"))
        .insert_header(("origin", "http://localhost:8080"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(form.to_owned())
}

fn assert_guarded(seen: &Seen, what: &str) {
    let policy = seen.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{what}: {policy}");
    // Clients watch the windows that they open.
    let in_window = ["/signin", "/oauth/consent"].contains(&what);
    let opener = if in_window { "" } else { "same-origin" };
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", opener),
    ] {
        assert_eq!(seen.header(name), value, "{what}: {name}");
    }
    let html = seen.html.to_lowercase();
    for inline in ["<script", " style=", "<style", " onclick=", " onload=", "javascript:"] {
        assert!(!html.contains(inline), "{what}: {inline}");
    }
}

/// Doors of an account that is there.
fn doors() -> Doors {
    let doors = Doors::new();
    let email = Email::parse("jane@example.com").unwrap();
    let password = PasswordHash::from_phc(String::new());
    let account = Account::open(AccountId::new(0x100), email, password, NOW);
    *doors.reads.account.lock().unwrap() = Some(account);
    doors
}

/// Gives the account an open grant and an open approval whose texts are hostile.
fn plant(doors: &Doors, text: &str) -> (GrantId, ApprovalId) {
    let (id, account) = (GrantId::new(0x700), AccountId::new(0x100));
    let new = NewGrant {
        id,
        account,
        client_id: "client".to_owned(),
        client_name: text.to_owned(),
        redirect_host: text.to_owned(),
        scopes: [Scope::CardFund].into_iter().collect(),
        cards: None,
        reveal: Reveal::Ask,
        mandate: Mandate { merchants: vec![text.to_owned()], ..Mandate::default() },
    };
    let (credential, grant) = open_grant(new, NOW);
    *doors.reads.grant.lock().unwrap() = Some((grant, credential));
    let approval = ApprovalId::new(0x701);
    *doors.reads.approval.lock().unwrap() = Some(Approval::restore(ApprovalRecord {
        id: approval,
        account,
        grant: id,
        operation: "load_card".to_owned(),
        summary: text.to_owned(),
        book: Book::Live,
        card: None,
        amount: Some(Money::usd(123_456)),
        status: ApprovalStatus::Pending,
        created_at: NOW,
        updated_at: NOW,
        expires_at: NOW.after(Duration::from_secs(3_600)),
        decided_at: None,
        version: 1,
    }));
    (id, approval)
}

fn token_of(html: &str, action: &str) -> String {
    let (_, form) = html.split_once(&format!("action=\"{action}\"")).unwrap();
    let (_, rest) = form.split_once("name=\"form_token\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[actix_web::test]
async fn every_page_has_its_headers_whatever_it_says() {
    let doors = doors();
    let session = doors.session();
    let (grant, approval) = plant(&doors, "Helper");
    let own = [
        format!("/connections/{grant}"),
        format!("/connections/{grant}/revoke"),
        format!("/approvals/{approval}"),
        "/approvals/apr_none".to_owned(),
        "/cards/card_none/number".to_owned(),
    ];
    let pages = PAGES.iter().map(|page| (*page).to_owned());
    for page in pages.chain(own) {
        for session in [session.as_str(), "sess_unknown", ""] {
            let seen = visit(&doors, look(&page, session)).await;
            assert!(matches!(seen.status, 200 | 303 | 404 | 410), "{page}: {}", seen.status);
            assert_guarded(&seen, &page);
            let seen = visit(&doors, send(&page, session, "")).await;
            assert_guarded(&seen, &page);
        }
    }
    let style = visit(&doors, look("/pages/style.css", "")).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
}

#[actix_web::test]
async fn a_page_leads_to_sign_in_and_back_and_a_form_to_its_page() {
    let doors = doors();
    let asked = visit(&doors, look("/connections?done=changed", "")).await;
    assert_eq!(asked.status, 303);
    assert_eq!(asked.header("location"), "/signin?next=%2Fconnections%3Fdone%3Dchanged");
    let gone = asked.header("set-cookie");
    assert_eq!(gone, "cardium=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    let sent = visit(&doors, send("/panic", "", "")).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/signin?next=%2Fpanic"));
    let key = doors.credential(TokenKind::ApiKey(None), Scope::ALL, Duration::ZERO);
    let by_key = visit(&doors, look("/connections", &key)).await;
    assert_eq!(by_key.status, 303, "a key is no session");
}

#[actix_web::test]
async fn signing_in_leads_nowhere_else() {
    let doors = doors();
    let session = doors.session();
    for (next, leads) in [
        ("%2Fapprovals%2Fapr_1%3Fa%3Db", "/approvals/apr_1?a=b"),
        ("https%3A%2F%2Fevil.example", "/connections"),
        ("%2F%2Fevil.example", "/connections"),
        ("%2F%5Cevil.example", "/connections"),
        ("%5C%5Cevil.example", "/connections"),
        ("%2F%09%2Fevil.example", "/connections"),
        ("%2F%0D%0ALocation%3A%20https%3A%2F%2Fevil.example", "/connections"),
        ("javascript%3Aalert(1)", "/connections"),
        ("", "/connections"),
    ] {
        let seen = visit(&doors, look(&format!("/signin?next={next}"), &session)).await;
        assert_eq!((seen.status, seen.header("location")), (303, leads), "{next}");
    }
    let seen = visit(&doors, look("/signin?next=https%3A%2F%2Fevil.example", "")).await;
    assert!(!seen.html.contains("evil"));
}

#[actix_web::test]
async fn forms_of_others_do_nothing() {
    let doors = doors();
    let (session, other) = (doors.session(), doors.session());
    let (grant, _) = plant(&doors, "Helper");
    let path = format!("/connections/{grant}/revoke");
    let token = token_of(&visit(&doors, look(&path, &session)).await.html, &path);
    let form = format!("form_token={token}");
    // With all that it takes it reaches the operation; the database here takes nothing.
    let right = visit(&doors, send(&path, &session, &form)).await;
    assert_eq!(right.status, 503, "{}", right.html);
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("host", "evil.example"),
    ];
    for (name, value) in foreign {
        let request = send(&path, &session, &form).insert_header((name, value));
        assert_eq!(visit(&doors, request).await.status, 403, "{name}: {value}");
    }
    let signout = visit(&doors, look(&path, &session)).await.html;
    let signout = format!("form_token={}", token_of(&signout, "/signout"));
    for (session, form) in [
        (&session, ""),
        (&session, "form_token="),
        (&session, &form[..form.len() - 1]),
        (&session, &signout),
        (&other, &form),
    ] {
        let seen = visit(&doors, send(&path, session, form)).await;
        assert_eq!(seen.status, 403, "{form}");
        assert!(seen.html.contains("out of date"));
    }
    let json = send(&path, &session, &form).insert_header(("content-type", "text/plain"));
    assert_eq!(visit(&doors, json).await.status, 415);
    let large = format!("{form}&x={}", "x".repeat(64 * 1_024));
    assert_eq!(visit(&doors, send(&path, &session, &large)).await.status, 413);
}

#[actix_web::test]
async fn forms_are_taken_behind_a_proxy_that_names_another_host() {
    let public =
        |url: &str| Doors::with(|wiring| wiring.settings.public_url = Some(url.parse().unwrap()));
    let form = "email=a%40example.com&password=some-password";
    for (doors, status) in [
        (public("http://localhost:8080"), 401),
        (public("https://cards.example"), 403),
        (public("http://inside.example:80"), 403),
    ] {
        let request = send("/signin", "", form).insert_header(("host", "inside.example"));
        assert_eq!(visit(&doors, request).await.status, status);
    }
    let request = send("/signin", "", form).insert_header(("origin", "http://inside.example"));
    let request = request.insert_header(("host", "inside.example"));
    let seen = visit(&public("https://cards.example"), request).await;
    assert_eq!(seen.status, 403, "its own host is no origin where a setting names one");
}

#[actix_web::test]
async fn whatever_others_say_is_text() {
    let doors = doors();
    let session = doors.session();
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}&lt;";
    let (grant, approval) = plant(&doors, hostile);
    for path in [
        "/connections".to_owned(),
        format!("/connections/{grant}/revoke"),
        "/approvals".to_owned(),
        format!("/approvals/{approval}"),
    ] {
        let seen = visit(&doors, look(&path, &session)).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.html);
        assert_guarded(&seen, &path);
        assert!(!seen.html.contains("<img"), "{path}");
        assert!(seen.html.contains("&#60;script&#62;alert(1)"), "{path}");
    }
    let typed = "email=%3Cscript%3E%22%3E&password=&next=%2Fa%22%3E%3Cscript%3E";
    let seen = visit(&doors, send("/signin", "", typed)).await;
    assert_eq!(seen.status, 400);
    assert_guarded(&seen, "/signin");
    assert!(seen.html.contains("value=\"&#60;script&#62;&#34;&#62;\""), "{}", seen.html);
}

#[actix_web::test]
async fn an_address_that_nobody_has_is_refused_like_a_wrong_password() {
    let doors = doors();
    let form = "email=nobody%40example.com&password=wrong-password&next=%2Fapprovals";
    let seen = visit(&doors, send("/signin", "", form)).await;
    assert_eq!(seen.status, 401);
    assert!(seen.html.contains("E-mail address and password do not match."));
    assert!(seen.html.contains("value=\"nobody@example.com\""));
    assert!(seen.html.contains("name=\"next\" value=\"/approvals\""));
    assert!(!seen.html.contains("wrong-password") && seen.header("set-cookie").is_empty());
    let forged = "first_step=AAAA&totp_code=123456";
    let seen = visit(&doors, send("/signin", "", forged)).await;
    assert!(seen.html.contains("That took too long."));
}

#[actix_web::test]
async fn nobody_signs_in_over_a_network_in_plain_text() {
    let doors = doors();
    let far = "203.0.113.7:4711".parse().unwrap();
    let form = "email=a%40example.com&password=some-password";
    let seen = visit(&doors, send("/signin", "", form).peer_addr(far)).await;
    assert_eq!(seen.status, 403);
    assert!(seen.html.contains("HTTPS"));
}
