//! SIGTERM under load: what was accepted is answered, and what was answered is there.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use cardium_testkit::{Backend, Scratch};
use serde_json::json;

use crate::{
    on_both,
    support::{
        Finally, Line, Process, assert_verified,
        customer::{Card, Customer, dollars},
        eventually, framed, purchase,
    },
};

on_both! {
    restarts_under_load_fail_no_accepted_request;
    a_request_on_its_way_at_sigterm_is_answered;
    network_requests_on_their_way_at_sigterm_are_answered;
}

const RESTARTS: usize = 5;
/// Clients that load at once.
const CLIENTS: usize = 4;
/// More network requests than a server reads before the signal reaches it.
const FLOOD: u32 = 3_000;

/// A balancer's part: it sends requests for as long as `/readyz` allows.
fn load_while_ready(customer: &Customer, card: &Card, ready: &AtomicBool, loads: &AtomicUsize) {
    while ready.load(Ordering::Acquire) {
        let body = json!({"amount_usd": dollars(100)});
        let reply = customer.send("POST", &card.path("load"), Some(&body), None);
        let reply = reply.unwrap_or_else(|error| panic!("an accepted request: {error:?}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        loads.fetch_add(1, Ordering::Relaxed);
    }
}

fn restarts_under_load_fail_no_accepted_request(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let settings = [("CARDIUM__SERVER__DRAIN_SECONDS", "1")];
    let mut process = Process::with(&scratch, &settings, &[]);
    let mut customer = Customer::sign_up(&process);
    customer.fund(50_000);
    let card = customer.issue();
    let loads = AtomicUsize::new(0);
    for restart in 0..RESTARTS {
        restart_under_load(&mut process, &customer, &card, &loads);
        assert_eq!(process.wait().code(), Some(0), "restart {restart}");
        process = Process::with(&scratch, &settings, &[]);
        customer = customer.at(&process);
        let loads = i64::try_from(loads.load(Ordering::Relaxed)).expect("it is small");
        assert_eq!(customer.card_balance(&card), (loads * 100, 0), "restart {restart}");
    }
    assert!(process.stop().success());
    assert_verified(&scratch);
}

/// Asks a server under load to stop, and watches how it says so.
fn restart_under_load(
    process: &mut Process,
    customer: &Customer,
    card: &Card,
    loads: &AtomicUsize,
) {
    let ready = &AtomicBool::new(true);
    let status = |path: &str| customer.send("GET", path, None, None).map(|reply| reply.status).ok();
    assert_eq!(status("/readyz"), Some(200));
    let earlier = loads.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(move || load_while_ready(customer, card, ready, loads));
        }
        let unready = Finally(|| ready.store(false, Ordering::Release));
        eventually("some load", || (loads.load(Ordering::Relaxed) > earlier + 10).then_some(()));
        process.signal("TERM");
        eventually("the end of readiness", || (status("/readyz") == Some(503)).then_some(()));
        assert_eq!(status("/livez"), Some(200), "it is not ready, and alive");
        drop(unready);
    });
}

/// Half of the body has come when the signal does.
fn a_request_on_its_way_at_sigterm_is_answered(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    customer.fund(1_000);
    let card = customer.issue();
    let mut stream = TcpStream::connect(process.http).expect("the server takes connections");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: cardium\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{{\"amount",
        card.path("load"),
        customer.token
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    // Whatever was accepted before this answer, was accepted before the signal.
    assert_eq!(customer.treasury(), 100_000);
    process.signal("TERM");
    eventually("the closed port", || TcpStream::connect(process.http).err());
    stream.write_all(b"_usd\":5}").expect("the server still reads");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("the server answers");
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert_eq!(process.wait().code(), Some(0));
    assert_verified(&scratch);
}

/// A stream of authorizations is cut by the signal: each that left a hold was answered.
fn network_requests_on_their_way_at_sigterm_are_answered(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    customer.fund(1_000);
    let card = customer.issue();
    customer.load(&card, 90_000);
    let mut approved = 0;
    for round in 0..RESTARTS {
        let first = u32::try_from(round).expect("it is small") * FLOOD + 2;
        let requests: Vec<u8> =
            (first..first + FLOOD).flat_map(|stan| framed(&purchase(&card, 1, stan))).collect();
        let mut line = Line::signed_on(process.iso8583).expect("the server takes connections");
        let mut other_half = line.other_half().expect("a connection can be shared");
        let mut answered = 0;
        thread::scope(|scope| {
            // The rest of what it writes finds the connection closed.
            scope.spawn(|| other_half.write(&requests));
            line.receive().expect("the first is answered");
            process.signal("TERM");
            answered += 1;
            while line.receive().is_ok() {
                answered += 1;
            }
        });
        drop((line, other_half));
        assert_eq!(process.wait().code(), Some(0));
        approved += answered;
        process = Process::start(&scratch);
        let held = customer.at(&process).card_balance(&card).1;
        assert_eq!(held, approved, "round {round}: as many holds as approvals");
    }
    assert!(process.stop().success());
    assert_verified(&scratch);
}
