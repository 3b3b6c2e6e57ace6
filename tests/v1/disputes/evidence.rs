//! Evidence: words and files, what is taken and what is not.

use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::Shopper;
use crate::{
    on_both,
    support::{Reply, Server, assert_fields, items, text},
};

on_both! {
    words_and_files_are_kept;
    what_is_no_evidence_is_refused_by_field;
    a_decided_dispute_takes_no_more;
    evidence_is_bounded;
    a_body_beyond_the_limit_is_refused;
    a_file_without_its_dispute_is_not_kept;
}

/// base64 of a small PDF, PNG and JPEG, and of text.
const FILES: [(&str, &str, i64); 4] = [
    ("application/pdf", "JVBERi0xLjQKJSVFT0YK", 15),
    ("image/png", "iVBORw0KGgoAAAANSUhEUg==", 16),
    ("image/jpeg", "/9j/4AAQSkZJRgA=", 11),
    ("text/plain", "T3JkZXIgIzQ5MjEK", 12),
];

fn file(content_type: &str, content: &str) -> Value {
    json!({"type": "receipt", "filename": "Rechnung Nr. 5.pdf", "content_type": content_type,
        "content_base64": content})
}

fn add(shopper: &Shopper, dispute: &Value, evidence: &Value) -> Reply {
    let path = format!("/v1/disputes/{}/evidence", text(dispute, "id"));
    shopper.client.post(&path, evidence)
}

fn words_and_files_are_kept(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    for (content_type, content, _) in FILES {
        add(&shopper, &dispute, &file(content_type, content)).expect(200);
    }
    let words = json!({"type": "correspondence", "text": "They said \u{201E}no\u{201C}."});
    let shown = add(&shopper, &dispute, &words).expect(200);
    assert_eq!(shopper.read(&dispute), shown);
    let evidence = shown["evidence"].as_array().expect("a list");
    for (piece, (content_type, _, size)) in evidence.iter().zip(FILES) {
        let fields = ["id", "type", "filename", "content_type", "size_bytes", "sha256"];
        assert_fields(piece, &[&fields[..], &["created_at"]].concat());
        assert!(text(piece, "id").starts_with("ev_"));
        assert_eq!(
            (text(piece, "content_type"), &piece["size_bytes"]),
            (content_type, &json!(size))
        );
        assert_eq!(text(piece, "filename"), "Rechnung Nr. 5.pdf");
        assert_eq!(text(piece, "sha256").len(), 64);
    }
    // sha256sum of "Order #4921" and a line feed.
    let digest = "5c48c3d493cabb2baf539f4f30ed06a5b99768098d034e7873f4c539989777c6";
    assert_eq!(text(&evidence[3], "sha256"), digest);
    assert_eq!(evidence[4]["text"], words["text"]);
    assert_eq!((evidence.len(), &evidence[4]["filename"]), (5, &Value::Null));
    // A list says that there are words, and leaves them out.
    let list = shopper.client.get("/v1/disputes").expect(200);
    let listed = &items(&list)[0]["evidence"][4];
    assert_eq!((listed.get("text"), &listed["size_bytes"]), (None, &evidence[4]["size_bytes"]));
}

fn what_is_no_evidence_is_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let before = shopper.read(&dispute);
    let change = |field: &str, value: Value| {
        let mut evidence = file("application/pdf", FILES[0].1);
        evidence[field] = value;
        evidence
    };
    let html = "PGh0bWw+PC9odG1sPg==";
    for (evidence, status, code, param) in [
        (json!({}), 400, "missing_required_field", "type"),
        (json!({"type": "other"}), 400, "missing_required_field", "content_base64"),
        (json!({"type": "other", "text": ""}), 400, "invalid_field", "text"),
        (json!({"type": "other", "text": "x".repeat(20_001)}), 400, "invalid_field", "text"),
        (change("type", json!("secret")), 400, "invalid_field", "type"),
        (change("filename", json!("../../etc/passwd")), 400, "invalid_field", "filename"),
        (change("content_base64", json!("%%%")), 400, "invalid_field", "content_base64"),
        (change("content_base64", json!(html)), 422, "unsupported_file_type", "content_base64"),
        (change("content_type", json!("text/html")), 422, "unsupported_file_type", "content_type"),
        (
            change("content_type", json!("image/png")),
            422,
            "unsupported_file_type",
            "content_base64",
        ),
        (change("text", json!("both")), 400, "invalid_field", "text"),
    ] {
        add(&shopper, &dispute, &evidence).expect_error(status, code, Some(param));
    }
    assert_eq!(shopper.read(&dispute), before);
}

fn a_decided_dispute_takes_no_more(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let words = json!({"type": "other", "text": "One more thing."});
    shopper.advance(&dispute, "responded").expect(200);
    add(&shopper, &dispute, &words).expect(200);
    shopper.advance(&dispute, "won").expect(200);
    for evidence in [&words, &file("application/pdf", FILES[0].1)] {
        add(&shopper, &dispute, evidence).expect_error(409, "dispute_closed", None);
    }
}

fn evidence_is_bounded(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    for number in 0..20 {
        let words = json!({"type": "other", "text": format!("Page {number}.")});
        add(&shopper, &dispute, &words).expect(200);
    }
    let refused = add(&shopper, &dispute, &json!({"type": "other", "text": "Page 20."}));
    refused.expect_error(422, "evidence_limit_reached", None);
    assert_eq!(shopper.read(&dispute)["evidence"].as_array().map(Vec::len), Some(20));
    // All of it still fits a move's event.
    shopper.advance(&dispute, "lost").expect(200);
}

fn a_body_beyond_the_limit_is_refused(backend: Backend) {
    let server = Server::shared(backend);
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    // JVBERi0x is %PDF-1; AAAA are zero bytes.
    let pdf = |megabytes: usize| format!("JVBERi0x{}", "AAAA".repeat(megabytes * 262_144));
    let shown = add(&shopper, &dispute, &file("application/pdf", &pdf(2))).expect(200);
    let size = &shown["evidence"][0]["size_bytes"];
    assert_eq!(size, &json!(6 + 3 * 2 * 262_144));
    let refused = add(&shopper, &dispute, &file("application/pdf", &pdf(25)));
    refused.expect_error(413, "body_too_large", None);
}

fn a_file_without_its_dispute_is_not_kept(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let shopper = Shopper::new(&server);
    let dispute = shopper.file();
    let path = format!("/v1/disputes/{}/evidence", text(&dispute, "id"));
    let body = file("application/pdf", FILES[0].1);
    let post = || shopper.client.post_once(&path, &body, "one-file");
    let (first, second) = (post(), post());
    first.expect(200);
    assert!(second.is_replay());
    assert_eq!(first.body, second.body);
    shopper.advance(&dispute, "won").expect(200);
    add(&shopper, &dispute, &body).expect_error(409, "dispute_closed", None);
    // The first is kept; the replayed and the refused one went at once.
    assert_eq!(server.files(), 1);
}
