//! Many cases at once: a few connections with several cases each, so that the messages of
//! different cards meet in the server's batches.

use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
};

use reqwest::Method;
use serde_json::Value;

use super::{model::Flaw, player::Player};
use crate::support::{Client, Line, Server, framed, text};

/// Connections, and cases under way on each.
const CONNECTIONS: usize = 8;
const CASES_PER_CONNECTION: u64 = 8;
/// Groups of cases after which a new account goes on: the treasury of one has an end.
const GROUPS_PER_ACCOUNT: u32 = 25;
const TREASURY: &str = "90000.00";

/// Numbers the cases of this process, so that their messages are told apart.
static CASES: AtomicU32 = AtomicU32::new(0);

/// Plays the cases of these seeds until one shows a difference; gives the differences.
pub fn play(server: &Server, seeds: Range<u64>, flaw: Flaw) -> Vec<String> {
    let next = AtomicU64::new(seeds.start);
    let found = Mutex::new(Vec::new());
    let take = || {
        let enough = !found.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        let from = next.fetch_add(CASES_PER_CONNECTION, Ordering::Relaxed);
        let to = seeds.end.min(from + CASES_PER_CONNECTION);
        (from < to && !enough).then_some(from..to)
    };
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut line = Line::signed_on(server.iso8583()).expect("it signs on");
                let mut client = account(server);
                let mut groups = 0;
                while let Some(seeds) = take() {
                    groups += 1;
                    if groups % GROUPS_PER_ACCOUNT == 0 {
                        client = account(server);
                    }
                    let differences = play_group((&client, &mut line), seeds, flaw);
                    found.lock().unwrap_or_else(PoisonError::into_inner).extend(differences);
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn account(server: &Server) -> Client {
    let client = server.sign_up();
    let _topup = client.fund(TREASURY);
    client
}

/// Plays cases message by message: each round has one message of each.
fn play_group((client, line): (&Client, &mut Line), seeds: Range<u64>, flaw: Flaw) -> Vec<String> {
    let mut players = deal(client, seeds, flaw);
    loop {
        let sent: Vec<_> = players.iter_mut().filter_map(|player| player.next(client)).collect();
        if sent.is_empty() {
            break;
        }
        let bytes: Vec<_> = sent.iter().flat_map(framed).collect();
        line.write(&bytes).expect("the issuer reads");
        for _ in sent {
            let response = line.receive().expect("the issuer answers");
            let player = players.iter_mut().find(|player| player.awaits(&response));
            player.expect("it is an answer to one of the messages").answered(response);
        }
    }
    for player in &mut players {
        player.compare(client);
    }
    players.into_iter().filter_map(|player| player.difference).collect()
}

fn deal(client: &Client, seeds: Range<u64>, flaw: Flaw) -> Vec<Player> {
    let issued = client.all(seeds.clone().map(|seed| Player::issue(client, seed)).collect());
    let cards: Vec<_> =
        issued.iter().map(|reply| text(&reply.expect(201), "id").to_owned()).collect();
    let path = |card: &String| format!("/v1/cards/{card}/pan");
    let shown = cards.iter().map(|card| client.request(Method::GET, &path(card))).collect();
    let shown: Vec<Value> = client.all(shown).iter().map(|reply| reply.expect(200)).collect();
    let dealt = seeds.zip(cards).zip(shown);
    dealt
        .map(|((seed, card), shown)| {
            let number = CASES.fetch_add(1, Ordering::Relaxed);
            Player::new((seed, number), card, text(&shown, "pan").to_owned(), flaw)
        })
        .collect()
}
