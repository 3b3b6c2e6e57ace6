use std::{
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{customer::Card, management};

/// What an acquirer does on one connection, played by `tests/python/iso_client.py` or
/// `tests/node/iso_client.js`.
#[derive(Debug, Clone, Default)]
pub struct Script(Vec<Value>);

impl Script {
    /// A script that does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A script that begins with a sign-on, whose response is not among the results.
    pub fn signed_on() -> Self {
        Self::new().send(&management("001", 1))
    }

    /// Sends a message and reads its response.
    pub fn send(self, message: &Value) -> Self {
        self.step(json!({"send": message}))
    }

    /// Sends messages at once, then reads as many responses.
    pub fn send_all(self, messages: &[Value]) -> Self {
        self.step(json!({"send": messages}))
    }

    /// Sends bytes, in hexadecimal, after which the issuer closes the connection.
    pub fn closes_after(self, bytes: &str) -> Self {
        self.step(json!({"raw": bytes, "expect_close": true}))
    }

    fn step(mut self, step: Value) -> Self {
        self.0.push(step);
        self
    }

    /// Plays it and gives all responses but that to the first sign-on.
    pub fn play(&self, issuer: SocketAddr) -> Vec<Value> {
        self.play_with(issuer, &[])
    }

    /// Plays it with more arguments for the client.
    pub fn play_with(&self, issuer: SocketAddr, arguments: &[&str]) -> Vec<Value> {
        let port = issuer.port().to_string();
        let arguments = [&["run", "--port", &port], arguments].concat();
        self.responses(&python(&arguments, &json!(self.0)))
    }

    /// Plays it with the other client, `tests/node/iso_client.js`, which only sends messages.
    pub fn play_in_node(&self, issuer: SocketAddr) -> Vec<Value> {
        let port = issuer.port().to_string();
        self.responses(&node(&["--port", &port], &json!(self.0)))
    }

    fn responses(&self, printed: &[u8]) -> Vec<Value> {
        let first = self.0.first().and_then(|step| step["send"]["70"].as_str());
        let signs_on = first == Some("001");
        let mut responses: Vec<Value> =
            serde_json::from_slice(printed).expect("the client prints the responses");
        if signs_on {
            let accepted = responses.remove(0);
            assert_eq!(accepted["39"], "00", "the sign-on is accepted");
        }
        responses
    }
}

fn python(arguments: &[&str], input: &Value) -> Vec<u8> {
    let interpreter = std::env::var_os("CARDIUM_TEST_PYTHON").expect(
        "CARDIUM_TEST_PYTHON is not set: run the tests with `tests/run`, which prepares it",
    );
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/python/iso_client.py");
    let mut command = Command::new(interpreter);
    command.arg(client).args(arguments);
    printed(command, input)
}

fn node(arguments: &[&str], input: &Value) -> Vec<u8> {
    let packages = std::env::var_os("CARDIUM_TEST_NODE_MODULES").expect(
        "CARDIUM_TEST_NODE_MODULES is not set: run the tests with `tests/run`, which prepares it",
    );
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/node/iso_client.js");
    let mut command = Command::new("node");
    command.env("NODE_PATH", packages).arg(client).args(arguments);
    printed(command, input)
}

/// What the client prints on being told `input`.
fn printed(mut command: Command, input: &Value) -> Vec<u8> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the client starts");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    stdin.write_all(input.to_string().as_bytes()).expect("the client reads its script");
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{errors} on playing {input}");
    ended.stdout
}

/// A purchase (0100) as its acquirer first sends it; `stan` names it.
pub fn purchase(card: &Card, cents: i64, stan: u32) -> Value {
    json!({
        "t": "0100",
        "2": card.pan,
        "3": "000000",
        "4": format!("{cents:012}"),
        "7": "0519073000",
        "11": format!("{stan:06}"),
        "12": "073000",
        "13": "0519",
        "14": card.expiry,
        "18": "5814",
        "22": "812",
        "25": "59",
        "32": "400001",
        "37": format!("RRN000{stan:06}"),
        "41": "TERM0001",
        "42": "MERCHANT0000001",
        "43": format!("{:<25}{:<13}{}", "CORNER COFFEE", "LISBON", "PT"),
        "49": "840",
    })
}

/// The clearing (0220) of a purchase for `cents`, quoting its approval code.
pub fn clearing(purchase: &Value, approval_code: &Value, cents: i64, stan: u32) -> Value {
    let (stan, amount) = (format!("{stan:06}"), format!("{cents:012}"));
    let mut message = purchase.clone();
    for (de, value) in [("t", "0220"), ("11", stan.as_str()), ("4", amount.as_str())] {
        message[de] = value.into();
    }
    message["38"] = approval_code.clone();
    without(message, &["14"])
}

/// The reversal (0400 or 0420) of a message.
pub fn reversal(kind: &str, original: &Value, stan: u32) -> Value {
    let part = |de: &str| original[de].as_str().expect("the original has this field");
    let quoted = [part("t"), part("11"), part("7")].concat();
    let mut message = original.clone();
    let original = format!("{quoted}{:0>11}{:0>11}", part("32"), "");
    message["t"] = kind.into();
    message["11"] = format!("{stan:06}").into();
    message["90"] = original.into();
    without(message, &["14"])
}

/// The repeat of a message: the same under the repeat's type, such as 0101.
pub fn repeat(message: &Value) -> Value {
    let kind = message["t"].as_str().and_then(|kind| kind.get(..3)).expect("it has a type");
    changed(message, "t", &format!("{kind}1"))
}

/// A message with one field changed.
pub fn changed(message: &Value, field: &str, value: &str) -> Value {
    let mut message = message.clone();
    message[field] = value.into();
    message
}

/// A message without some fields.
pub fn without(mut message: Value, fields: &[&str]) -> Value {
    let object = message.as_object_mut().expect("a message is an object");
    object.retain(|field, _| !fields.contains(&field.as_str()));
    message
}
