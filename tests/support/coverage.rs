use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
};

use cardium_api_v1::operation::{Operation, operations, test_operations};
use serde_json::Value;

/// Names the folder for what answers the tests saw: a file a process, a line an answer, of the
/// operation's name, the status and the error's code (tests/coverage.rs reads it). Without it
/// nothing is noted.
const FOLDER: &str = "CARDIUM_TEST_COVERAGE";

/// Notes the answer to a request.
pub fn note(method: &str, path: &str, status: u16, body: &[u8]) {
    let Some(file) = file() else { return };
    let Some(operation) = find(method, path) else { return };
    let code = if status < 400 { None } else { code(body) };
    let line = format!("{} {status} {}\n", operation.id, code.as_deref().unwrap_or("-"));
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    // One write a line, so that lines stay whole.
    file.write_all(line.as_bytes()).expect("the coverage folder takes lines");
}

fn file() -> Option<&'static Mutex<File>> {
    static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    let open = || {
        let folder = std::env::var_os(FOLDER)?;
        let path = Path::new(&folder).join(std::process::id().to_string());
        let file = OpenOptions::new().create(true).append(true).open(path);
        Some(Mutex::new(file.expect("the coverage folder is there")))
    };
    FILE.get_or_init(open).as_ref()
}

/// The operation behind a route.
fn find(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix("/v1")?;
    let fits = |operation: &&Operation| {
        let mut template = operation.path.split('/');
        let mut segments = path.split('/');
        operation.method.as_str() == method
            && segments.all(|segment| {
                template.next().is_some_and(|part| part.starts_with('{') || part == segment)
            })
            && template.next().is_none()
    };
    operations().chain(test_operations()).find(fits)
}

fn code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["code"].as_str().map(str::to_owned)
}

#[test]
fn routes_lead_to_their_operations() {
    let id = |method, path| find(method, path).map(|operation| operation.id);
    assert_eq!(id("POST", "/v1/cards"), Some("issue_card"));
    assert_eq!(id("GET", "/v1/accounts/me"), Some("get_account"));
    assert_eq!(id("POST", "/v1/cards/card_1/load"), Some("load_card"));
    assert_eq!(id("POST", "/v1/test/cards/card_1/refunds"), Some("simulate_refund"));
    for (method, path) in [("GET", "/v1/cards/a/b/c"), ("PUT", "/v1/cards"), ("GET", "/livez")] {
        assert_eq!(id(method, path), None, "{method} {path}");
    }
}
