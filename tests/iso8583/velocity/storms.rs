//! Many requests for one card at once, over many connections: neither one too many is approved
//! nor one too few.

use std::{
    collections::BTreeMap,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use cardium_testkit::Backend;
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{
        Client, Line, Server, changed, customer::Card, framed, purchase, reversal, text, usd,
    },
};

on_both! {
    amounts_are_limited_exactly;
    numbers_are_limited_exactly;
    one_of_many_uses_a_single_use_card;
    one_merchant_wins_the_lock;
    a_reversal_frees_exactly_its_amount;
}

/// Over how many connections a storm comes.
const CONNECTIONS: usize = 10;
const DAY: u64 = 86_400;
/// Longer than any of these tests takes.
const CALM: u64 = 600;

struct Shop {
    client: Client,
    server: Server,
}

impl Shop {
    fn open(backend: Backend) -> Self {
        let server = Server::own(backend, |_| {});
        // No storm blows over midnight, where the windows begin anew.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
        if DAY - now % DAY < CALM {
            server.advance(CALM);
        }
        let client = server.sign_up();
        let _topup = client.fund("50000.00");
        Self { client, server }
    }

    /// A card with plenty on it, and one part of its controls.
    fn card(&self, part: &str, body: &Value) -> Card {
        let id = self.client.card(Some("2000.00"));
        self.client.patch(&format!("/v1/cards/{id}/{part}"), body).expect(200);
        let shown = self.client.get(&format!("/v1/cards/{id}/pan")).expect(200);
        let expiry = text(&shown, "expires_at").replace('-', "")[2..].to_owned();
        let (pan, cvv) = (text(&shown, "pan").to_owned(), text(&shown, "cvv").to_owned());
        Card { id, pan, cvv, expiry }
    }

    /// Sends the messages at once; gives DE 39 by DE 11.
    fn storm(&self, messages: &[Value]) -> BTreeMap<String, String> {
        let address = self.server.iso8583();
        let share = messages.len().div_ceil(CONNECTIONS);
        thread::scope(|scope| {
            let senders: Vec<_> = messages
                .chunks(share)
                .map(|part| {
                    scope.spawn(move || {
                        let mut line = Line::signed_on(address).expect("it signs on");
                        let bytes: Vec<_> = part.iter().flat_map(framed).collect();
                        line.write(&bytes).expect("the issuer reads");
                        let answer = |_| line.receive().expect("the issuer answers");
                        part.iter().map(answer).collect::<Vec<_>>()
                    })
                })
                .collect();
            let answers = senders.into_iter().flat_map(|sender| sender.join().expect("it ends"));
            answers.map(|answer| (of(&answer, "11"), of(&answer, "39"))).collect()
        })
    }

    fn limits(&self, card: &Card) -> Value {
        self.client.get(&format!("/v1/cards/{}", card.id)).expect(200)["limits"].clone()
    }

    /// Available and held.
    fn balance(&self, card: &Card) -> [String; 2] {
        let shown = self.client.get(&format!("/v1/cards/{}", card.id)).expect(200);
        ["available_usd", "held_usd"].map(|field| usd(&shown, field))
    }
}

fn of(answer: &Value, de: &str) -> String {
    answer[de].as_str().expect("it has this field").to_owned()
}

/// How often each code is among the answers to these messages.
fn tally(answers: &BTreeMap<String, String>, messages: &[Value]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for message in messages {
        *tally.entry(answers[&of(message, "11")].clone()).or_default() += 1;
    }
    tally
}

fn counts(codes: &[(&str, usize)]) -> BTreeMap<String, usize> {
    codes.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect()
}

/// `count` requests of 1.00, named from `first` on.
fn purchases(card: &Card, count: u32, first: u32) -> Vec<Value> {
    (first..first + count).map(|stan| purchase(card, 100, stan)).collect()
}

/// The messages of all cards, so that those of each are spread over every connection.
fn mixed(storms: &[Vec<Value>]) -> Vec<Value> {
    let longest = storms.iter().map(Vec::len).max().unwrap_or(0);
    let nth = |at| storms.iter().filter_map(move |storm: &Vec<Value>| storm.get(at)).cloned();
    (0..longest).flat_map(nth).collect()
}

fn amounts_are_limited_exactly(backend: Backend) {
    let shop = Shop::open(backend);
    let fields = ["daily_usd", "weekly_usd", "monthly_usd", "lifetime_usd"];
    let cards = fields.map(|field| shop.card("limits", &json!({field: 100})));
    let mut storms: Vec<_> = cards
        .iter()
        .zip(1_u32..)
        .map(|(card, number)| purchases(card, 250, number * 1_000))
        .collect();
    storms[0].extend(purchases(&cards[0], 250, 1_500));
    let bounded = shop.card("limits", &json!({"per_transaction_usd": 5}));
    let cents = [499, 500, 501, 502];
    let bound: Vec<_> =
        (0..100_u32).map(|n| purchase(&bounded, cents[(n % 4) as usize], 9_000 + n)).collect();
    storms.push(bound);
    let answers = shop.storm(&mixed(&storms));
    for ((card, field), storm) in cards.iter().zip(fields).zip(&storms) {
        let declined = storm.len() - 100;
        assert_eq!(tally(&answers, storm), counts(&[("00", 100), ("61", declined)]), "{field}");
        let limits = shop.limits(card);
        assert_eq!(usd(&limits["used"], field), "100.00");
        assert_eq!(usd(&limits["remaining"], field), "0.00");
        assert_eq!(shop.balance(card), ["1900.00", "100.00"]);
    }
    for message in &storms[4] {
        let expected = if message["4"].as_str() <= Some("000000000500") { "00" } else { "61" };
        assert_eq!(answers[&of(message, "11")], expected, "{message}");
    }
}

fn numbers_are_limited_exactly(backend: Backend) {
    let shop = Shop::open(backend);
    let fields = ["count_per_day", "count_per_week", "count_per_month", "count_lifetime"];
    let cards = fields.map(|field| shop.card("limits", &json!({field: 30})));
    let storms: Vec<_> = cards
        .iter()
        .zip(1_u32..)
        .map(|(card, number)| purchases(card, 100, number * 1_000))
        .collect();
    let answers = shop.storm(&mixed(&storms));
    for ((card, field), storm) in cards.iter().zip(fields).zip(&storms) {
        assert_eq!(tally(&answers, storm), counts(&[("00", 30), ("65", 70)]), "{field}");
        assert_eq!(shop.limits(card)["used"][field], 30);
        assert_eq!(shop.balance(card), ["1970.00", "30.00"]);
    }
}

fn one_of_many_uses_a_single_use_card(backend: Backend) {
    let shop = Shop::open(backend);
    let card = shop.card("controls", &json!({"single_use": true}));
    let storm = purchases(&card, 50, 100);
    let answers = shop.storm(&storm);
    assert_eq!(tally(&answers, &storm), counts(&[("00", 1), ("65", 49)]));
    assert_eq!(shop.balance(&card), ["1999.00", "1.00"]);
}

fn one_merchant_wins_the_lock(backend: Backend) {
    let shop = Shop::open(backend);
    let card = shop.card("controls", &json!({"merchant_lock": true}));
    let shops = ["FIRST0000000001", "SECOND000000002"];
    let storms: Vec<Vec<_>> = [100, 200]
        .iter()
        .zip(shops)
        .map(|(first, merchant)| {
            let storm = purchases(&card, 25, *first);
            storm.iter().map(|message| changed(message, "42", merchant)).collect()
        })
        .collect();
    let answers = shop.storm(&mixed(&storms));
    let mut tallies: Vec<_> = storms.iter().map(|storm| tally(&answers, storm)).collect();
    tallies.sort();
    assert_eq!(tallies, [counts(&[("00", 25)]), counts(&[("57", 25)])]);
    assert_eq!(shop.balance(&card), ["1975.00", "25.00"]);
}

fn a_reversal_frees_exactly_its_amount(backend: Backend) {
    let shop = Shop::open(backend);
    let card = shop.card("limits", &json!({"daily_usd": 100, "count_per_day": 110}));
    let first = purchases(&card, 100, 1_000);
    assert_eq!(tally(&shop.storm(&first), &first), counts(&[("00", 100)]));
    // Each reversal is sent twice, under a key of its own: it frees once.
    let again = |base: u32| {
        let numbered = first.iter().take(30).zip(base..);
        numbered.map(|(request, stan)| reversal("0420", request, stan))
    };
    let back: Vec<_> = again(2_000).chain(again(3_000)).collect();
    assert_eq!(tally(&shop.storm(&back), &back), counts(&[("00", 60)]));
    assert_eq!(usd(&shop.limits(&card)["used"], "daily_usd"), "70.00");
    assert_eq!(shop.limits(&card)["used"]["count_per_day"], 70);
    let second = purchases(&card, 80, 4_000);
    assert_eq!(tally(&shop.storm(&second), &second), counts(&[("00", 30), ("61", 50)]));
    assert_eq!(shop.balance(&card), ["1900.00", "100.00"]);
}
