use cardium_testkit::{Backend, Scratch};
use reqwest::Method;
use serde_json::Value;

use super::python;
use crate::{
    on_both,
    support::{Server, cardium},
};

on_both! {
    the_document_and_the_page_are_served_to_anybody;
}

fn the_document_and_the_page_are_served_to_anybody(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.client();
    let document = client.get("/v1/openapi.json").body;
    let document: Value = serde_json::from_slice(&document).expect("the document is JSON");
    assert_eq!(
        (&document["openapi"], &document["servers"][0]["url"]),
        (&"3.1.0".into(), &"/v1".into())
    );
    for (path, kind) in [
        ("/v1/openapi.json", "application/json"),
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/style.css", "text/css; charset=utf-8"),
    ] {
        let reply = client.get(path);
        assert_eq!((reply.status, reply.header("Content-Type")), (200, Some(kind)), "{path}");
        let policy = reply.header("Content-Security-Policy").expect("pages have a policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let tag = reply.header("ETag").expect("pages have a tag");
        let again = client.request(Method::GET, path).header("If-None-Match", tag).send();
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let head = client.request(Method::HEAD, path).send();
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        client.delete(path).expect_error(405, "method_not_allowed", None);
    }
    let page = String::from_utf8(client.get("/docs").body).expect("HTML in UTF-8");
    assert!(page.contains("id=\"issue_card\"") && page.contains("bin_type_mismatch"));
    assert!(!page.contains("<script") && !page.contains("://cdn"));
}

/// The validator holds the document against the schema of OpenAPI 3.1 and resolves what it refers
/// to.
#[test]
fn the_document_is_valid_openapi() {
    let scratch = Scratch::new(Backend::Sqlite);
    let mut print = cardium(&scratch, &[]);
    print.args(["openapi", "--server", "https://api.example.com/v1"]);
    let printed = print.output();
    let printed = printed.expect("the command runs");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let file = scratch.folder().join("openapi.json");
    std::fs::write(&file, &printed.stdout).expect("the folder takes files");
    let checked = python("openapi-spec-validator").arg(&file).output().expect("the validator runs");
    let said = [checked.stdout, checked.stderr].concat();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&said));
}
