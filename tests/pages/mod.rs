//! The pages in a browser: what people see, do, and are kept from.

use std::{
    ffi::OsString,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Authenticator, PASSWORD, Server, text},
};

on_both! {
    /// Signs in, agrees, looks after its connections and decides, in Chromium.
    the_pages_work_in_a_browser;
}

fn the_pages_work_in_a_browser(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let owner = server.sign_up();
    owner.fund("500.00");
    let cards = [owner.card(None), owner.card(None)];
    let pending = owner.post("/v1/accounts/me/totp", &json!({})).expect(200);
    let authenticator = Authenticator::with_secret_of(&pending);
    let body = json!({"code": authenticator.code(&server, 0)});
    owner.post("/v1/accounts/me/totp", &body).expect(200);
    let account = owner.get("/v1/accounts/me").expect(200);
    let name = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    let seen = walk(&json!({
        "base": format!("http://{}", server.address()),
        "token": owner.token(),
        "email": text(&account, "email"),
        "password": PASSWORD,
        "secret": text(&pending, "secret"),
        "cards": cards,
        "client_name": "Helper <b>bold</b>",
        "scope": "read card:control card:fund card:reveal_pan withdrawal:create",
        "later": "2037-12-31",
        "chromium": prepared("CARDIUM_TEST_CHROMIUM").to_string_lossy(),
        "screenshots": screenshots(name),
    }));
    let pages = seen["pages"].as_array().expect("it lists the pages");
    assert!(pages.len() >= 18, "{pages:?}");
    assert_eq!(seen["checks"].as_u64(), u64::try_from(pages.len() * 2).ok());
}

fn prepared(variable: &str) -> OsString {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `tests/run`, which prepares it")
    })
}

/// The folder of the screenshots, beside what else is built.
fn screenshots(backend: &str) -> PathBuf {
    let binary = std::env::current_exe().expect("the test knows its file");
    let target = binary.ancestors().nth(3).expect("it stands in target/debug/deps");
    let folder = target.join("screenshots").join(backend);
    std::fs::create_dir_all(&folder).expect("the folder is made");
    folder
}

fn walk(given: &Value) -> Value {
    let mut node = Command::new("node");
    node.env("NODE_PATH", prepared("CARDIUM_TEST_NODE_MODULES"));
    node.arg(format!("{}/node/pages.mjs", env!("CARGO_MANIFEST_DIR")));
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = node.spawn().expect("Node.js starts");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    stdin.write_all(given.to_string().as_bytes()).expect("it reads what is given");
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("it prints what it saw")
}
