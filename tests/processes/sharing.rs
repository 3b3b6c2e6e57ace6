//! Two processes on one database.

use std::{sync::Arc, thread};

use cardium_testkit::{Backend, Scratch};

use super::load_once;
use crate::support::{Line, Process, assert_verified, customer::Customer, purchase};

/// Loads that are asked for, of 1.00 each; with its fee one costs 1.02, so 200.00 cover 196.
const ASKED: usize = 300;
const COVERED: usize = 196;
/// Clients that ask at once.
const CLIENTS: usize = 6;

#[test]
fn loads_through_both_never_overdraw_one_treasury() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    let customer = Customer::sign_up(&processes[0]);
    customer.fund(200);
    let card = customer.issue();
    let doors = processes.each_ref().map(|process| customer.at(process));
    let asked = |client: usize| {
        let of_this_client = (client..ASKED).step_by(CLIENTS);
        let ask = |number: usize| {
            let key = format!("load-{number}");
            load_once(&doors[number % 2], &card, 100, &key).status
        };
        of_this_client.map(ask).collect::<Vec<_>>()
    };
    let statuses: Vec<u16> = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|client| scope.spawn(move || asked(client))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no client panics")).collect()
    });
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(200), count(403)), (COVERED, ASKED - COVERED));
    for door in &doors {
        assert_eq!((door.treasury(), door.card_balance(&card)), (8, (19_600, 0)));
    }
    drop(processes);
    assert_verified(&scratch);
}

/// A card loaded through one process pays through the other at once, and its message repeated to
/// the first gets the same answer.
#[test]
fn what_one_writes_the_other_decides_on() {
    let scratch = Arc::new(Scratch::new(Backend::Postgres));
    let processes = [Process::start(&scratch), Process::start(&scratch)];
    let customer = Customer::sign_up(&processes[0]);
    customer.fund(1_000);
    let card = customer.issue();
    let mut lines =
        processes.each_ref().map(|process| Line::signed_on(process.iso8583).expect("it is up"));
    for number in 0..20_usize {
        let stan = u32::try_from(number).expect("it is small") + 2;
        let request = purchase(&card, 100, stan);
        let (here, there) = (number % 2, (number + 1) % 2);
        customer.at(&processes[here]).load(&card, 100);
        let answers = [there, here].map(|side| lines[side].exchange(&request).expect("it is up"));
        assert_eq!(answers[0]["39"], "00", "the load counts everywhere");
        assert_eq!(answers[0], answers[1], "the answer is kept for both");
    }
    assert_eq!(customer.card_balance(&card), (0, 2_000));
    drop(processes);
    assert_verified(&scratch);
}
