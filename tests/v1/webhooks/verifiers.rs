//! Webhooks held against code that is not Cardium's: the samples in three languages that its
//! customers were given, and the library `standardwebhooks` in two.
//!
//! Cases are gathered and put to each program at once: a start of Node.js takes longer than
//! hundreds of signatures.

use std::{
    ffi::OsString,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::receiver::Received;

/// What a sample and a library are to make of a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Verdict {
    pub sample: bool,
    pub standard: bool,
}

/// Everybody is to accept it.
pub const GOOD: Verdict = Verdict { sample: true, standard: true };
/// Nobody is.
pub const BAD: Verdict = Verdict { sample: false, standard: false };

/// A webhook as a receiver with this secret is asked about it, at the moment it was signed.
pub fn case(webhook: &Received, secret: &str) -> Value {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), json!(webhook.header(name)))).collect();
    json!({
        "secret": secret,
        "signature": webhook.header("cryptocardium-signature"),
        "headers": headers,
        "body": String::from_utf8(webhook.body.clone()).expect("an event is text"),
        "now": webhook.signed_at(),
    })
}

/// The same for a receiver that reads `v1_next` in the place of `v1`.
pub fn reading_next(webhook: &Received, secret: &str) -> Value {
    let mut case = case(webhook, secret);
    let (start, next) =
        webhook.header("cryptocardium-signature").split_once(",v1_next=").expect("two secrets");
    let (at, _) = start.split_once(',').expect("t=..,v1=..");
    case["signature"] = json!(format!("{at},v1={next}"));
    case
}

/// A case with another value.
pub fn with(mut case: Value, field: &str, value: Value) -> Value {
    case[field] = value;
    case
}

/// Cases with the verdicts that they must get.
#[derive(Default)]
pub struct Verifiers {
    cases: Vec<Value>,
    expected: Vec<Verdict>,
}

impl Verifiers {
    /// Adds a case.
    pub fn expect(&mut self, verdict: Verdict, case: Value) {
        self.cases.push(case);
        self.expected.push(verdict);
    }

    /// Puts all cases to all programs.
    pub fn run(self) {
        let tests = env!("CARGO_MANIFEST_DIR");
        let mut python = Command::new(prepared("CARDIUM_TEST_PYTHON"));
        python.arg(format!("{tests}/python/verify_webhooks.py"));
        let mut node = Command::new("node");
        node.env("NODE_PATH", prepared("CARDIUM_TEST_NODE_MODULES"));
        node.arg(format!("{tests}/node/verify_webhooks.js"));
        let mut php = Command::new(prepared("CARDIUM_TEST_PHP"));
        php.arg(format!("{tests}/php/verify_webhooks.php"));
        for (name, command) in [("Python", python), ("Node.js", node), ("PHP", php)] {
            let verdicts = printed(command, &json!(self.cases));
            assert_eq!(verdicts.len(), self.cases.len(), "{name}");
            let all = verdicts.iter().zip(&self.expected).zip(&self.cases);
            for ((verdict, expected), case) in all {
                assert_eq!(verdict["sample"], expected.sample, "the sample in {name}: {case}");
                if name != "PHP" {
                    assert_eq!(verdict["standard"], expected.standard, "in {name}: {case}");
                }
            }
        }
    }
}

fn prepared(variable: &str) -> OsString {
    let found = std::env::var_os(variable);
    found.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `tests/run`, which prepares it")
    })
}

fn printed(mut command: Command, input: &Value) -> Vec<Value> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    stdin.write_all(input.to_string().as_bytes()).expect("it reads the cases");
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("it prints verdicts")
}
