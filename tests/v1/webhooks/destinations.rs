//! Where webhooks may not be sent, by the URL's text and by what its name means: asked for at the
//! door, and on the way.

use std::{
    net::{IpAddr, TcpListener, TcpStream},
    sync::Arc,
};

use cardium_testkit::{Backend, Destination, Expected, destinations};
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{Client, Phonebook, Server, items, text, until},
};

on_both! {
    no_forbidden_destination_of_the_table_is_taken;
    what_a_name_means_counts_when_it_is_given;
    a_url_that_does_not_change_is_not_looked_up;
    development_reaches_this_machine_by_name_and_no_other;
    a_name_that_turns_on_us_is_not_dialled;
}

const URL: &str = "https://hooks.example.com/cardium";
const PUBLIC: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(1, 1, 1, 1));

/// A server that reaches public hosts alone, as in production.
fn strict(backend: Backend) -> (Server, Arc<Phonebook>) {
    let names = Phonebook::blank();
    let change = |settings: &mut cardium_server::settings::Settings| {
        settings.webhooks.allow_loopback = false;
    };
    (Server::with_names(backend, &names, change), names)
}

/// A listener on this machine that nobody is to connect to.
struct Planted(TcpListener);

impl Planted {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a port is free"))
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("it is bound").port()
    }

    /// How many connected. Connections queue, so one of our own, made last, is taken last.
    fn reached(self) -> usize {
        let last = TcpStream::connect(("127.0.0.1", self.port())).expect("it listens");
        let last = last.local_addr().expect("it is connected").port();
        let peers = self.0.incoming().map(|stream| stream.and_then(|found| found.peer_addr()));
        peers.take_while(|peer| peer.as_ref().expect("a peer").port() != last).count()
    }
}

fn post(client: &Client, url: &str) -> crate::support::Reply {
    client.post("/v1/webhooks", &json!({"url": url, "events": "*"}))
}

fn path(made: &Value) -> String {
    format!("/v1/webhooks/{}", text(made, "id"))
}

/// How a URL is refused; NUL is in no text of any request.
fn refusal(url: &str) -> (u16, &'static str) {
    if url.contains('\0') { (400, "invalid_field") } else { (422, "unsafe_webhook_url") }
}

fn no_forbidden_destination_of_the_table_is_taken(backend: Backend) {
    let (server, names) = strict(backend);
    let client = server.sign_up();
    let kept = post(&client, URL).expect(201);
    let planted = Planted::new();
    let mut refused = 0;
    for (to, expected, why) in destinations(planted.port()) {
        names.forget();
        let mut urls = vec![to.url(planted.port())];
        match expected {
            Expected::Allowed => {
                let made = post(&client, &urls[0]).expect(201);
                client.delete(&path(&made)).expect(204);
            }
            Expected::Refused => {
                if let Destination::Address(address) = to {
                    names.say(&[address]);
                    urls.push(URL.to_owned());
                }
                for url in urls {
                    let (status, code) = refusal(&url);
                    let reply = post(&client, &url);
                    assert_eq!(reply.status, status, "{url}: {why}");
                    reply.expect_error(status, code, Some("url"));
                    let change = client.patch(&path(&kept), &json!({"url": url}));
                    change.expect_error(status, code, Some("url"));
                }
                refused += 1;
            }
        }
    }
    assert!(refused >= 200, "{refused}");
    let left = client.get("/v1/webhooks").expect(200);
    assert_eq!(items(&left).len(), 1);
    assert_eq!(text(&items(&left)[0], "url"), URL);
    assert_eq!(planted.reached(), 0);
}

fn what_a_name_means_counts_when_it_is_given(backend: Backend) {
    let (server, names) = strict(backend);
    let client = server.sign_up();
    let private: IpAddr = [10, 0, 0, 1].into();
    let metadata = "fd00:ec2::254".parse().expect("an address");
    for meaning in [&[PUBLIC, private][..], &[private, PUBLIC], &[metadata]] {
        names.say(meaning);
        post(&client, URL).expect_error(422, "unsafe_webhook_url", Some("url"));
        assert_eq!(names.asked(), ["hooks.example.com"]);
    }
    for meaning in [&[PUBLIC, "2606:4700::1111".parse().expect("an address")][..], &[]] {
        names.say(meaning);
        post(&client, URL).expect(201);
    }
    // What a name means will be asked again, so one that means nothing yet is taken.
    names.forget();
    post(&client, URL).expect(201);
}

fn a_url_that_does_not_change_is_not_looked_up(backend: Backend) {
    let (server, names) = strict(backend);
    let client = server.sign_up();
    let made = post(&client, URL).expect(201);
    names.say(&[[10, 0, 0, 1].into()]);
    names.asked();
    client.patch(&path(&made), &json!({"description": "Ads"})).expect(200);
    assert_eq!(names.asked(), Vec::<String>::new());
    let change = client.patch(&path(&made), &json!({"url": "https://b.example.com/"}));
    change.expect_error(422, "unsafe_webhook_url", Some("url"));
    assert_eq!(names.asked(), ["b.example.com"]);
    // One that could not be used anyway is not looked up either.
    let change = client.patch(&path(&made), &json!({"url": "https://b.example.com/", "mode": 1}));
    change.expect_error(400, "invalid_field", Some("mode"));
    post(&client, "https://127.0.0.1/").expect_error(422, "unsafe_webhook_url", Some("url"));
    assert_eq!(names.asked(), Vec::<String>::new());
}

fn development_reaches_this_machine_by_name_and_no_other(backend: Backend) {
    let names = Phonebook::blank();
    let server = Server::with_names(backend, &names, |_| {});
    let client = server.sign_up();
    names.say(&[[127, 0, 0, 1].into()]);
    post(&client, "http://localhost:9/").expect(201);
    assert_eq!(names.asked(), Vec::<String>::new());
    post(&client, URL).expect(201);
    names.say(&[[169, 254, 169, 254].into()]);
    post(&client, URL).expect_error(422, "unsafe_webhook_url", Some("url"));
}

fn a_name_that_turns_on_us_is_not_dialled(backend: Backend) {
    let (server, names) = strict(backend);
    let client = server.sign_up();
    let planted = Planted::new();
    names.say(&[PUBLIC]);
    let url = format!("https://hooks.example.com:{}/", planted.port());
    post(&client, &url).expect(201);
    names.say(&[[127, 0, 0, 1].into()]);
    names.asked();
    client.card(None);
    let sql = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE attempts > 0";
    until("the failed attempt", || (server.count(sql) == 1).then_some(()));
    assert_eq!(names.asked(), ["hooks.example.com"]);
    let sql = "SELECT COUNT(*) AS count FROM webhook_deliveries WHERE last_status <> 0";
    assert_eq!(server.count(sql), 0);
    assert_eq!(planted.reached(), 0);
}
