//! The canary run (I6): a small story at the most talkative log level, after which no secret is
//! found in what was logged or stored, in any of its spellings.

mod needles;
mod receiver;

use std::{collections::BTreeSet, fs, path::Path, process::Command, sync::Arc};

use cardium_testkit::{Backend, Scratch};
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{
        Authenticator, Line, Process, address, assert_exit, cardium, changed, clearing,
        customer::{Card, Customer, PASSWORD, text},
        eventually, finish, plastic, purchase, reversal, without,
    },
};
use needles::Needles;
use receiver::Receiver;

on_both! {
    no_secret_is_logged_or_stored;
}

fn no_secret_is_logged_or_stored(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let settings = [("CARDIUM__LOG__LEVEL", "trace")];
    let mut process = Process::with(&scratch, &settings, &[]);
    let mut needles = Needles::default();
    let cards = tell_a_story(&process, &mut needles);
    for card in &cards {
        needles.add_pan("PAN", &card.pan);
        needles.add_cvv(&card.cvv);
    }
    // Killed, the server cannot tidy up: the write-ahead log is as it was written.
    process.kill();
    let log = fs::read(&process.log).expect("the server logs");
    assert!(log.windows(5).any(|level| level == b"TRACE"), "it logs all it can");
    let findings = files(&scratch.folder(), &needles);
    assert_eq!(findings, Vec::<String>::new());
    match backend {
        Backend::Sqlite => {
            let log = fs::metadata(scratch.folder().join("cardium.db-wal"));
            assert!(log.expect("there is a write-ahead log").len() > 0, "it was looked into");
        }
        Backend::Postgres => {
            let dumped = dump(&scratch);
            assert!(dumped.contains("card.revealed"), "it holds what was stored");
            assert_eq!(needles.found_in(dumped.as_bytes()), BTreeSet::new());
        }
    }
    let mut again = cardium(&scratch, &settings);
    again.arg("verify");
    assert_exit(&finish(&scratch, again), 0);
    assert_eq!(files(&scratch.folder(), &needles), Vec::<String>::new(), "nor does verify tell");
}

/// Everything that handles secrets, well and badly.
fn tell_a_story(process: &Process, needles: &mut Needles) -> Vec<Card> {
    let customer = Customer::sign_up(process);
    needles.add("password", PASSWORD);
    needles.add_token("API key", &customer.token);
    needles.add_token("session token", &customer.session);
    let receiver = Receiver::start();
    let wish = json!({"url": receiver.url, "events": ["*"]});
    let reply = customer.send("POST", "/v1/webhooks", Some(&wish), Some("webhook"));
    let webhook = reply.expect("the server answers").success();
    needles.add_secret("webhook secret", &text(&webhook, "signing_secret"));
    let rotate = format!("/v1/webhooks/{}/rotate_secret", text(&webhook, "id"));
    let reply = customer.send("POST", &rotate, Some(&json!({})), Some("rotate"));
    let webhook = reply.expect("the server answers").success();
    needles.add_secret("next webhook secret", &text(&webhook, "signing_secret"));
    customer.fund(1_000);
    let cards = vec![customer.issue(), customer.issue()];
    let sent = customer.send("POST", "/v1/cards", Some(&plastic()), Some("plastic"));
    let sent = sent.expect("the server answers").success();
    let replace = format!("/v1/cards/{}/replace", text(&sent, "id"));
    let wish = json!({"reason": "lost"});
    customer.send("POST", &replace, Some(&wish), Some("replace")).expect("it answers").success();
    for field in ["line1", "postal_code", "phone"] {
        needles.add(field, &text(&address(), field));
    }
    for (card, stan) in cards.iter().zip([10, 20]) {
        customer.load(card, 10_000);
        pay(process, card, stan);
        let helper = format!("/v1/test/cards/{}/authorizations", card.id);
        customer.post(&helper, &json!({"amount_usd": 1, "cvv": card.cvv}));
    }
    misbehave(&customer, &cards[0], needles);
    guard(&customer, needles);
    eventually("a webhook", || (receiver.received() > 0).then_some(()));
    cards
}

/// A life of payments, with every field that repeats the card.
fn pay(process: &Process, card: &Card, stan: u32) {
    let mut line = Line::signed_on(process.iso8583).expect("the server takes connections");
    let mut send = |message: &Value| line.exchange(message).expect("the server answers");
    let private = format!("9203{}", card.cvv);
    let track = format!("{}={}1011234567890", card.pan, card.expiry);
    let bought = changed(&purchase(card, 100, stan), "48", &private);
    let approved = send(&bought);
    assert_eq!(approved["39"], "00");
    send(&clearing(&bought, &approved["38"], 100, stan + 1));
    send(&reversal("0420", &bought, stan + 2));
    let swiped = without(changed(&purchase(card, 100, stan + 3), "35", &track), &["2", "14"]);
    assert_eq!(send(&swiped)["39"], "00");
    // A careless acquirer puts the number where it does not belong.
    let careless = changed(&purchase(card, 100, stan + 4), "43", &format!("{:<40}", card.pan));
    assert_eq!(send(&careless)["39"], "00");
    let broken =
        changed(&changed(&purchase(card, 100, stan + 5), "4", "00000000000A"), "48", &private);
    assert_eq!(send(&broken)["39"], "30");
    line.write(&[0xFF; 16]).expect("the connection is open");
    assert!(line.is_closed());
}

/// Requests that fail with a secret in their hands.
fn misbehave(customer: &Customer, card: &Card, needles: &mut Needles) {
    let nobody = customer.with_token("");
    let wrong = "Wr0ng-pass-phrase!";
    needles.add("wrong password", wrong);
    let sign_in = json!({"email": "nobody@example.com", "password": wrong});
    assert_eq!(nobody.answered("POST", "/v1/sessions", Some(&sign_in)).status, 401);
    let mistyped = json!({"email": 5, "password": wrong});
    assert_eq!(nobody.answered("POST", "/v1/accounts", Some(&mistyped)).status, 400);
    let forged = format!("{}0", &customer.token);
    assert_eq!(customer.with_token(&forged).answered("GET", "/v1/balance", None).status, 401);
    let helper = format!("/v1/test/cards/{}/authorizations", card.id);
    let bad = json!({"amount_usd": "much", "cvv": card.cvv});
    assert_eq!(customer.answered("POST", &helper, Some(&bad)).status, 400);
}

/// An authenticator and another password, each with its blunders.
fn guard(customer: &Customer, needles: &mut Needles) {
    const PATH: &str = "/v1/accounts/me/totp";
    let pending = customer.post(PATH, &json!({"password": PASSWORD}));
    needles.add_base32("TOTP secret", &text(&pending, "secret"));
    let wrong = "0123-4567-89ab-cdef";
    needles.add_recovery_code("wrong recovery code", wrong);
    let bad = json!({"password": PASSWORD, "code": wrong});
    assert_eq!(customer.answered("POST", PATH, Some(&bad)).status, 422);
    let present = Authenticator::with_secret_of(&pending).present_code();
    let code = json!({"password": PASSWORD, "code": present});
    let confirmed = customer.send("POST", PATH, Some(&code), Some("confirm"));
    let confirmed = confirmed.expect("the server answers").success();
    let codes = confirmed["recovery_codes"].as_array().expect("it is a list");
    let codes: Vec<_> = codes.iter().filter_map(Value::as_str).collect();
    for code in &codes {
        needles.add_recovery_code("recovery code", code);
    }
    let new = "An0ther-pass-phrase!";
    needles.add("new password", new);
    let change = json!({"current_password": PASSWORD, "new_password": new});
    let changed = customer.send("PATCH", "/v1/accounts/me", Some(&change), Some("change"));
    changed.expect("the server answers").success();
    let bad = json!({"email": 5, "current_password": new, "new_password": new});
    assert_eq!(customer.answered("PATCH", "/v1/accounts/me", Some(&bad)).status, 400);
    let email = text(&customer.get("/v1/accounts/me"), "email");
    let sign_in = json!({"email": email, "password": new, "totp_code": codes[0]});
    customer.with_token("").post("/v1/sessions", &sign_in);
    let headers = [("X-Password", new), ("X-TOTP-Code", codes[1])];
    assert_eq!(customer.delete_with(PATH, &headers).status, 204);
}

/// What is found in the files of a folder; keys and the tests' own files are no hiding places.
fn files(folder: &Path, needles: &Needles) -> Vec<String> {
    let mut findings = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_file() {
            let content = fs::read(&path).expect("the file can be read");
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let found = needles.found_in(&content).into_iter();
            findings.extend(found.map(|needle| format!("{needle} in {name}")));
        }
    }
    findings
}

/// Every row of every table, with bytes in hexadecimal.
fn dump(scratch: &Scratch) -> String {
    let tools = std::env::var_os("CARDIUM_TEST_PG_BIN").expect("`tests/run` names the tools");
    let script = "SELECT format('COPY (SELECT t::text FROM %I t) TO STDOUT', tablename) \
                  FROM pg_tables WHERE schemaname = current_schema() \\gexec\n";
    let file = scratch.folder().join("dump.sql");
    fs::write(&file, script).expect("files can be written");
    let mut command = Command::new(Path::new(&tools).join("psql"));
    command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", scratch.url(), "-f"]).arg(&file);
    let finished = finish(scratch, command);
    assert_exit(&finished, 0);
    finished.output
}

/// A search that finds nothing proves nothing.
#[test]
fn the_search_finds_what_is_planted() {
    let mut needles = Needles::default();
    needles.add_pan("PAN", "4111111111111111");
    needles.add_cvv("123");
    needles.add_token("token", "sess_00112233445566778899aabbccddeeff");
    for planted in [
        "pan=4111111111111111;",
        "4111 1111 1111 1111",
        "34313131313131313131313131313131",
        "NDExMTExMTExMTExMTExMQ==",
        "xNDExMTExMTExMTExMTExMQ",
        "LDQxMTExMTExMTExMTExMTEs",
        "OiA0MTExMTExMTExMTExMTEx",
        "DE 48: 9203123",
        "{\"cvv\": \"123\"}",
        "cvv: 123 ",
        "00112233445566778899AABBCCDDEEFF",
    ] {
        assert!(!needles.found_in(planted.as_bytes()).is_empty(), "{planted}");
    }
    let raw = [0x41, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11];
    assert!(!needles.found_in(&raw).is_empty(), "packed decimal");
    let harmless = b"411111******1111, 12345, duration 123 ms";
    assert!(needles.found_in(harmless).is_empty());
}
