//! Evidence as a form.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use cardium_testkit::Backend;
use reqwest::Method;
use serde_json::{Value, json};

use super::Shopper;
use crate::{
    on_both,
    support::{Client, Reply, Request, Server, assert_fields, items, text, until},
};

on_both! {
    words_and_files_come_as_forms;
    forms_are_refused_by_part;
    forms_that_nobody_can_read_are_refused;
    only_evidence_comes_as_a_form;
    a_key_covers_the_file;
    an_upload_that_breaks_off_leaves_nothing;
    a_file_without_its_dispute_is_not_kept;
    uploads_at_once_are_counted;
    an_account_has_two_uploads_at_once;
    a_file_is_handed_over_as_it_came_and_never_to_run;
    what_is_no_file_of_the_callers_is_unknown;
}

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";
const BOUNDARY: &str = "----cardium-7d1b";

/// A part of a form: name, file's name and type where it is one, bytes.
type Part<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a [u8]);

const KIND: Part<'static> = ("type", None, b"receipt");

fn file<'a>(name: &'a str, kind: &'a str, bytes: &'a [u8]) -> Part<'a> {
    ("file", Some((name, kind)), bytes)
}

fn pdf() -> Part<'static> {
    file("bill.pdf", "application/pdf", PDF)
}

fn form_with(boundary: &str, parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if let Some((filename, kind)) = file {
            head += &format!("; filename=\"{filename}\"\r\nContent-Type: {kind}");
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    form_with(BOUNDARY, parts)
}

fn path(dispute: &Value) -> String {
    format!("/v1/disputes/{}/evidence", text(dispute, "id"))
}

fn upload(client: &Client, dispute: &Value, body: Vec<u8>) -> Request {
    let request = client.request(Method::POST, &path(dispute));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    request.header("Content-Type", &kind).body(body)
}

fn add(shopper: &Shopper, dispute: &Value, parts: &[Part<'_>]) -> Reply {
    upload(&shopper.client, dispute, form(parts)).send()
}

fn words_and_files_come_as_forms(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let long = [PDF, "\r\n--cardium \r\n".repeat(60_000).as_bytes()].concat();
    let files: [(&str, &str, &[u8]); 5] = [
        ("Rechnung Nr. 5 \u{20AC}.pdf", "application/pdf", PDF),
        ("a.png", "image/png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"),
        ("a.jpg", "image/jpeg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"),
        ("a.txt", "Text/Plain; charset=utf-8", "Order #4921 \u{20AC}\r\n".as_bytes()),
        ("long.pdf", "application/pdf", &long),
    ];
    for (name, kind, bytes) in files {
        // The parts come in any order.
        add(&shopper, &dispute, &[file(name, kind, bytes), KIND]).expect(200);
    }
    let words = "They said \u{201E}no\u{201C}.\n";
    let shown = add(&shopper, &dispute, &[KIND, ("text", None, words.as_bytes())]).expect(200);
    assert_eq!(shopper.read(&dispute), shown);
    let evidence = shown["evidence"].as_array().expect("a list");
    assert_eq!((evidence.len(), &evidence[5]["text"]), (6, &json!(words)));
    for (piece, (name, kind, bytes)) in evidence.iter().zip(files) {
        let fields = ["id", "type", "filename", "content_type", "size_bytes", "sha256"];
        assert_fields(piece, &[&fields[..], &["created_at"]].concat());
        assert_eq!((text(piece, "type"), text(piece, "filename")), ("receipt", name));
        let essence = kind.split(';').next().expect("a type").to_ascii_lowercase();
        assert_eq!(text(piece, "content_type"), essence);
        assert_eq!(piece["size_bytes"], json!(bytes.len()));
    }
    // The same file by the other way is the same file.
    let content = data_encoding::BASE64.encode(&long);
    let body = json!({"type": "receipt", "filename": "long.pdf",
        "content_type": "application/pdf", "content_base64": content});
    let shown = shopper.client.post(&path(&dispute), &body).expect(200);
    assert_eq!(shown["evidence"][6]["sha256"], evidence[4]["sha256"]);
}

fn forms_are_refused_by_part(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let before = shopper.read(&dispute);
    let text = |words: &'static [u8]| ("text", None, words);
    let long = "x".repeat(20_001);
    let huge = "x".repeat(90_000);
    let field = "invalid_field";
    let unsupported = "unsupported_file_type";
    for (parts, status, code, param) in [
        (vec![], 400, field, "body"),
        (vec![KIND], 400, "missing_required_field", "file"),
        (vec![pdf()], 400, "missing_required_field", "type"),
        (vec![("type", None, b"secret"), pdf()], 400, field, "type"),
        (vec![KIND, KIND, pdf()], 400, field, "type"),
        (vec![KIND, pdf(), pdf()], 400, field, "file"),
        (vec![KIND, pdf(), text(b"both")], 400, field, "text"),
        (vec![KIND, text(b"")], 400, field, "text"),
        (vec![KIND, text(b"\xFF")], 400, field, "text"),
        (vec![KIND, text(b"a\0b")], 400, field, "text"),
        (vec![KIND, ("text", None, long.as_bytes())], 400, field, "text"),
        (vec![KIND, ("text", None, huge.as_bytes())], 400, field, "text"),
        (vec![KIND, ("colour", None, b"red")], 400, field, "colour"),
        (vec![KIND, ("file", None, PDF)], 400, field, "file"),
        (vec![KIND, file("../../etc/passwd", "image/png", PDF)], 400, field, "file"),
        (vec![KIND, file("a.html", "text/html", b"<p>")], 422, unsupported, "file"),
        (vec![KIND, file("a.png", "image/png", PDF)], 422, unsupported, "file"),
        (vec![KIND, file("a.pdf", "application/pdf", b"")], 422, unsupported, "file"),
        (vec![KIND, file("a.pdf", "application/pdf", b"%PD")], 422, unsupported, "file"),
        (vec![KIND, file("a.txt", "text/plain", b"MZ\x90\0")], 422, unsupported, "file"),
        (vec![KIND, file("a.txt", "text/plain", b"cut \xE2\x82")], 422, unsupported, "file"),
    ] {
        add(&shopper, &dispute, &parts).expect_error(status, code, Some(param));
    }
    assert_eq!(shopper.read(&dispute), before);
}

fn forms_that_nobody_can_read_are_refused(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let whole = form(&[KIND, pdf()]);
    let send = |kind: &str, body: &[u8]| {
        let request = shopper.client.request(Method::POST, &path(&dispute));
        request.header("Content-Type", kind).body(body).send()
    };
    let declared = format!("multipart/form-data; boundary={BOUNDARY}");
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=x",
        "application/x-www-form-urlencoded",
        "text/plain",
    ] {
        let refused = send(kind, &whole);
        refused.expect_error(415, "unsupported_media_type", Some("Content-Type"));
    }
    let head = b"--------cardium-7d1b\r\nContent-Disposition: form-data; name=\"file\"".as_slice();
    let endless = [head, "; x=y".repeat(300_000).as_bytes()].concat();
    for body in [&b""[..], b"{}", &whole[..whole.len() - 8], &whole[..whole.len() / 2], head] {
        send(&declared, body).expect_error(400, "invalid_field", Some("body"));
    }
    // A head is not gathered without end, nor is what stands before the first part.
    for body in [endless, vec![b'x'; 2 * 1_024 * 1_024]] {
        send(&declared, &body).expect_error(413, "body_too_large", None);
    }
    assert_eq!(server.files(), 0);
    assert_eq!(shopper.read(&dispute), dispute);
}

fn only_evidence_comes_as_a_form(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = form(&[("amount_usd", None, b"20")]);
    let request = client.request(Method::POST, "/v1/topups").body(body);
    let request =
        request.header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}"));
    request.send().expect_error(415, "unsupported_media_type", Some("Content-Type"));
}

fn a_key_covers_the_file(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let send =
        |parts: &[Part<'_>]| upload(&shopper.client, &dispute, form(parts)).key("one-file").send();
    let first = send(&[KIND, pdf()]);
    first.expect(200);
    // The same form in another order and with another boundary is the same request.
    let request = shopper.client.request(Method::POST, &path(&dispute));
    let kind = "multipart/form-data; boundary=\"another\"";
    let request = request.header("Content-Type", kind).body(form_with("another", &[pdf(), KIND]));
    for again in [send(&[KIND, pdf()]), request.key("one-file").send()] {
        assert!(again.is_replay(), "{again:?}");
        assert_eq!(again.body, first.body);
    }
    let other = [PDF, b" "].concat();
    for parts in [
        [KIND, file("bill.pdf", "application/pdf", &other)],
        [KIND, file("other.pdf", "application/pdf", PDF)],
        [("type", None, b"other"), pdf()],
        [KIND, ("text", None, PDF)],
    ] {
        let refused = send(&parts);
        refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    }
    let words = json!({"type": "receipt", "text": "See order 4921."});
    let refused = shopper.client.post_once(&path(&dispute), &words, "one-file");
    refused.expect_error(409, "conflict_idempotency_key", Some("Idempotency-Key"));
    assert_eq!(server.files(), 1);
    // A decided dispute still tells what it told.
    shopper.advance(&dispute, "won").expect(200);
    assert!(send(&[KIND, pdf()]).is_replay());
    assert_eq!(server.files(), 1);
}

/// Sends a part of a request.
fn begin(server: &Server, client: &Client, dispute: &Value, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\
         Content-Length: 50000000\r\n\r\n",
        path(dispute),
        client.token()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    stream.write_all(sent).expect("the beginning is sent");
    stream
}

/// Sends a part of a request and hangs up.
fn break_off(server: &Server, client: &Client, dispute: &Value, sent: &[u8]) {
    let mut stream = begin(server, client, dispute, sent);
    // Only what the server has begun to keep can be left behind.
    until("a file that is on its way", || (server.files() == 1).then_some(()));
    stream.shutdown(std::net::Shutdown::Write).expect("it is open");
    let mut answer = Vec::new();
    // There may be an answer or not: nobody waits for it.
    let _read = stream.read_to_end(&mut answer);
}

fn an_upload_that_breaks_off_leaves_nothing(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let whole = form(&[KIND, file("a.pdf", "application/pdf", &[PDF, &[0; 3_000_000]].concat())]);
    break_off(&server, &shopper.client, &dispute, &whole[..2_500_000]);
    until("nothing left behind", || (server.files() == 0).then_some(()));
    assert_eq!(shopper.read(&dispute), dispute);
    upload(&shopper.client, &dispute, whole).send().expect(200);
    assert_eq!(server.files(), 1);
}

fn a_file_without_its_dispute_is_not_kept(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (shopper, stranger) = (Shopper::new(&server), server.sign_up());
    let dispute = shopper.file();
    let refused = upload(&stranger, &dispute, form(&[KIND, pdf()])).send();
    refused.expect_error(404, "resource_not_found", None);
    let reader = shopper.client.api_key(&["dispute:read"]);
    let refused = upload(&reader, &dispute, form(&[KIND, pdf()])).send();
    refused.expect_error(403, "insufficient_scope", None);
    shopper.advance(&dispute, "won").expect(200);
    let refused = add(&shopper, &dispute, &[KIND, pdf()]);
    refused.expect_error(409, "dispute_closed", None);
    assert_eq!(server.files(), 0);
}

fn uploads_at_once_are_counted(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let bytes: Vec<u8> = [PDF, &[7; 300_000]].concat();
    let body = form(&[KIND, file("a.pdf", "application/pdf", &bytes)]);
    let request = || upload(&shopper.client, &dispute, body.clone());
    // Two at once are taken, so some of three are sent again.
    let mut replies = Vec::new();
    while replies.len() < 24 {
        let some = (0..3.min(24 - replies.len())).map(|_| request()).collect();
        let some = shopper.client.all(some);
        replies.extend(some.into_iter().filter(|reply| reply.status != 429));
    }
    let (kept, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((kept.len(), refused.len()), (20, 4));
    for reply in refused {
        reply.expect_error(422, "evidence_limit_reached", None);
    }
    let list = shopper.client.get("/v1/disputes").expect(200);
    assert_eq!(items(&list)[0]["evidence"].as_array().map(Vec::len), Some(20));
    assert_eq!(server.files(), 20);
}

fn an_account_has_two_uploads_at_once(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let (shopper, other) = (Shopper::new(&server), Shopper::new(&server));
    let (dispute, theirs) = (shopper.file(), other.file());
    let whole = form(&[KIND, file("a.pdf", "application/pdf", &[PDF, &[0; 3_000_000]].concat())]);
    let begun = [(); 2].map(|()| begin(&server, &shopper.client, &dispute, &whole[..2_500_000]));
    until("two files on their way", || (server.files() == 2).then_some(()));
    let key = shopper.client.api_key(&["dispute:write"]);
    for client in [&shopper.client, &key] {
        let third = upload(client, &dispute, form(&[KIND, pdf()])).send();
        third.expect_error(429, "rate_limited", None);
        assert_eq!(third.header("Retry-After"), Some("5"));
    }
    add(&other, &theirs, &[KIND, pdf()]).expect(200);
    drop(begun);
    until("a free place", || {
        let reply = add(&shopper, &dispute, &[KIND, pdf()]);
        (reply.status == 200).then_some(())
    });
}

fn download(client: &Client, dispute: &Value, evidence: &Value) -> Reply {
    client.get(&format!("{}/{}/file", path(dispute), text(evidence, "id")))
}

fn a_file_is_handed_over_as_it_came_and_never_to_run(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let script = b"<script>alert(1)</script>".as_slice();
    let long = [PDF, &(0..=u8::MAX).cycle().take(600_000).collect::<Vec<_>>()].concat();
    let exact = [PDF, &vec![7; 2 * 256 * 1_024 - PDF.len()]].concat();
    for (name, kind, bytes, shown) in [
        ("\u{20AC} 5; x=y.txt", "text/plain", script, "UTF-8''%E2%82%AC%205%3B%20x%3Dy.txt"),
        ("a.pdf", "application/pdf", &long, "UTF-8''a.pdf"),
        ("b.pdf", "application/pdf", &exact, "UTF-8''b.pdf"),
    ] {
        let added = add(&shopper, &dispute, &[KIND, file(name, kind, bytes)]).expect(200);
        let evidence = added["evidence"].as_array().and_then(|list| list.last()).expect("a piece");
        let reply = download(&shopper.client, &dispute, evidence);
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.body == bytes, "{name} differs");
        for (header, value) in [
            ("Content-Type", kind),
            ("Content-Length", &bytes.len().to_string()),
            ("Content-Disposition", &format!("attachment; filename*={shown}")),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "sandbox"),
            ("Cache-Control", "no-store"),
        ] {
            assert_eq!(reply.header(header), Some(value), "{header} of {name}");
        }
    }
}

fn what_is_no_file_of_the_callers_is_unknown(backend: Backend) {
    let server = Server::shared(backend);
    let (mine, theirs) = (Shopper::new(&server), Shopper::new(&server));
    let [own, foreign] = [&mine, &theirs].map(|shopper| {
        let dispute = shopper.file();
        add(shopper, &dispute, &[KIND, ("text", None, b"Only words.")]).expect(200);
        add(shopper, &dispute, &[KIND, pdf()]).expect(200)
    });
    let [words, file] = [0, 1].map(|at| own["evidence"][at].clone());
    let other = &foreign["evidence"][1];
    for (dispute, evidence) in [(&own, &words), (&own, other), (&foreign, other), (&foreign, &file)]
    {
        let refused = download(&mine.client, dispute, evidence);
        refused.expect_error(404, "resource_not_found", None);
    }
    for wrong in ["x", "%00", text(&own, "id"), "ev_00000000000000000000000001"] {
        let refused = mine.client.get(&format!("{}/{wrong}/file", path(&own)));
        refused.expect_error(404, "resource_not_found", None);
    }
    assert_eq!(download(&mine.client, &own, &file).body, PDF);
}
