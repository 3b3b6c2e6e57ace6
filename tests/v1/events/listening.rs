//! `cardium listen`: the binary as a developer runs it, and what arrives at the receiver.

use std::{net::SocketAddr, process::Command, sync::Arc};

use cardium_testkit::{Backend, Scratch};
use serde_json::json;

use crate::{
    on_both,
    support::{
        Background, Process, assert_exit, cardium,
        customer::{Customer, text},
        eventually, finish,
    },
    v1::webhooks::receiver::{Received, Receiver},
};

on_both! {
    what_happens_from_now_on_is_forwarded_signed;
    a_server_that_was_away_is_taken_up_again;
    what_cannot_work_is_said_and_ends;
}

const SECRET: &str = "whsec_0123456789abcdef";

/// The binary, forwarding an account's events to a receiver.
fn listen(scratch: &Scratch, api: SocketAddr, to: &str, key: Option<&str>) -> Command {
    let mut command = cardium(scratch, &[]);
    command.args(["listen", "--forward-to", to, "--api-url", &format!("http://{api}")]);
    command.env_remove("CARDIUM_API_KEY");
    if let Some(key) = key {
        command.env("CARDIUM_API_KEY", key);
    }
    command
}

fn kinds(received: &[Received], secret: &str) -> Vec<String> {
    received.iter().map(|event| text(&event.verified(secret), "type")).collect()
}

fn what_happens_from_now_on_is_forwarded_signed(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    let receiver = Receiver::start(&["200 OK", "500 Oops", "204 No Content"]);
    let mut command = listen(&scratch, process.http, &receiver.url, Some(&customer.token));
    command.args(["--events", "card.issued,card.frozen", "--secret", SECRET]);
    let mut listening = Background::start(&scratch, command);
    listening.wait_for("listening for events after account_seq 1");
    let card = customer.issue();
    customer.fund(20);
    customer.post(&card.path("freeze"), &json!({}));
    customer.issue();
    let received = receiver.wait_for(3);
    assert_eq!(kinds(&received, SECRET), ["card.issued", "card.frozen", "card.issued"]);
    let shown =
        customer.get(&format!("/v1/events/{}", received[0].header("cryptocardium-event-id")));
    assert_eq!(received[0].verified(SECRET), shown);
    let output = listening.wait_for("-> 204 in");
    assert!(output.contains("card.frozen evt_") && output.contains("-> 500 in "), "{output}");
    listening.signal("INT");
    let finished = listening.end();
    assert_exit(&finished, 0);
    assert!(finished.output.contains("stopped; --after-seq "), "{}", finished.output);
    let said = [finished.output, finished.errors].concat();
    assert!(!said.contains(&customer.token) && !said.contains(SECRET), "{said}");
}

fn a_server_that_was_away_is_taken_up_again(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let (customer, address) = (Customer::sign_up(&process), process.http);
    let receiver = Receiver::start(&[]);
    let mut command = listen(&scratch, address, &receiver.url, Some(&customer.token));
    command.args(["--after-seq", "0"]);
    let mut listening = Background::start(&scratch, command);
    customer.issue();
    receiver.wait_for(2);
    let output = listening.wait_for("card.issued");
    let made = output.lines().find_map(|line| line.strip_prefix("signing with "));
    let secret = made.expect("its secret is shown").to_owned();
    assert!(process.stop().success());
    listening.wait_for("the server is away");
    let process = Process::with(&scratch, &[], &["serve", "--bind", &address.to_string()]);
    let customer = customer.at(&process);
    customer.issue();
    let received = receiver.wait_for(3);
    assert_eq!(kinds(&received, &secret), ["account.created", "card.issued", "card.issued"]);
    listening.signal("TERM");
    assert_exit(&listening.end(), 0);
}

fn what_cannot_work_is_said_and_ends(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    let wrong = "ccm_live_0000000000000000000000000000000000000000000000000000000000000000";
    let said = |command| {
        let finished = finish(&scratch, command);
        assert_exit(&finished, 1);
        assert!(!finished.errors.contains(wrong), "{}", finished.errors);
        finished.errors
    };
    let to = "http://127.0.0.1:9/hook";
    let ask = |key, to: &str, arguments: &[&str]| {
        let mut command = listen(&scratch, process.http, to, key);
        command.args(arguments);
        said(command)
    };
    let key = Some(customer.token.as_str());
    assert!(ask(None, to, &[]).contains("CARDIUM_API_KEY"));
    assert!(ask(Some(wrong), to, &[]).contains("401 invalid_credentials"));
    assert!(ask(key, "hook", &[]).contains("--forward-to needs"));
    assert!(ask(key, to, &["--events", "card.eaten"]).contains("422 unknown_event"));
    assert!(ask(key, to, &["--after-seq", "7"]).contains("400 invalid_field"));
    // A receiver that is away is told of.
    let mut command = listen(&scratch, process.http, to, key);
    command.args(["--after-seq", "0"]);
    let mut listening = Background::start(&scratch, command);
    listening.wait_for("account.created");
    let output = eventually("its line", || {
        Some(listening.output()).filter(|output| output.contains("no answer"))
    });
    assert!(!output.contains(&customer.token), "{output}");
}
