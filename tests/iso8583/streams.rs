//! The byte stream: pipelining, odd cuts, and what is no message at all.

use std::collections::BTreeSet;

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, codes};
use crate::{
    on_both,
    support::{Line, Script, encode, eventually, framed, management, purchase},
};

on_both! {
    pipelined_requests_are_all_answered;
    frames_may_be_cut_anywhere;
    what_is_no_message_closes_its_own_connection_only;
}

fn pipelined_requests_are_all_answered(backend: Backend) {
    let issuer = Issuer::start(backend);
    let requests: Vec<Value> =
        (0..100).map(|number| purchase(&issuer.card, 101, 100 + number)).collect();
    let responses = Script::signed_on().send_all(&requests).play(issuer.address());
    let stans = |messages: &[Value]| -> BTreeSet<String> {
        messages.iter().map(|message| message["11"].to_string()).collect()
    };
    assert_eq!(stans(&responses), stans(&requests), "each request has its own response");
    let approved = codes(&responses).iter().filter(|code| **code == "00").count();
    let declined = codes(&responses).iter().filter(|code| **code == "51").count();
    assert_eq!((approved, declined), (99, 1), "100.00 cover 99 times 1.01");
    issuer.assert_card(FUNDS - 9_999, 9_999);
    issuer.close();
}

fn frames_may_be_cut_anywhere(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut line = Line::connect(issuer.address()).expect("the issuer takes connections");
    for byte in framed(&management("001", 1)) {
        line.write(&[byte]).expect("the connection stays open");
    }
    let response = line.receive().expect("single bytes make a message");
    assert_eq!(response["39"], "00");
    // Two and a half messages in one packet, the rest in the next.
    let [first, second, third] = [2, 3, 4].map(|stan| framed(&purchase(&issuer.card, 100, stan)));
    let (start, end) = third.split_at(third.len() / 2);
    line.write(&[&first, &second, start].concat()).expect("the connection stays open");
    let both = [(); 2].map(|()| line.receive().expect("both are answered"));
    assert_eq!(codes(&both), ["00", "00"]);
    line.write(end).expect("the connection stays open");
    let response = line.receive().expect("the third is answered");
    assert_eq!((&response["11"], &response["39"]), (&"000004".into(), &"00".into()));
    // A peer that only stops sending still gets what it asked for.
    line.write(&framed(&purchase(&issuer.card, 100, 5))).expect("the connection stays open");
    line.finish().expect("half of the connection closes");
    assert_eq!(line.receive().expect("the last is answered")["39"], "00");
    assert!(line.is_closed());
    issuer.assert_card(FUNDS - 400, 400);
    issuer.close();
}

fn what_is_no_message_closes_its_own_connection_only(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut bystander = Line::signed_on(issuer.address()).expect("the issuer takes connections");
    let payload = encode(&purchase(&issuer.card, 100, 2));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).expect("it is short").to_be_bytes();
    let whole = |bytes: &[u8]| hex(&[&length(bytes), bytes].concat());
    for garbage in [
        "0000".to_owned(),
        "2001".to_owned(),
        "ffff".to_owned(),
        whole(b"GET / HTTP/1.1\r\nHost: issuer\r\n\r\n"),
        whole(&[0xFF; 64]),
        whole(b"01"),
        // It ends within its bitmap, before DE 11 could tell whom to answer.
        whole(&payload[..8]),
    ] {
        Script::signed_on().closes_after(&garbage).play(issuer.address());
    }
    // A message that breaks off within a frame is never acted on.
    let mut broken = Line::signed_on(issuer.address()).expect("the issuer takes connections");
    let message = framed(&purchase(&issuer.card, 100, 3));
    broken.write(&message[..message.len() - 1]).expect("the connection is open");
    broken.finish().expect("half of the connection closes");
    assert!(broken.is_closed());
    // One that breaks off after DE 11 can be answered: format error.
    let [broken_off] = issuer.raw_answers(&payload[..payload.len() - 3]);
    assert_eq!((&broken_off["39"], &broken_off["11"]), (&"30".into(), &"000002".into()));
    let response = bystander.exchange(&purchase(&issuer.card, 100, 4));
    assert_eq!(response.expect("the bystander is served")["39"], "00");
    eventually("the end of all effects", || {
        (issuer.customer.card_balance(&issuer.card) == (FUNDS - 100, 100)).then_some(())
    });
    issuer.close();
}

impl Issuer {
    /// Sends a payload in a frame of its own and gives the response.
    fn raw_answers(&self, payload: &[u8]) -> [Value; 1] {
        let mut line = Line::signed_on(self.address()).expect("the issuer takes connections");
        let length = u16::try_from(payload.len()).expect("it is short").to_be_bytes();
        line.write(&[&length, payload].concat()).expect("the connection is open");
        [line.receive().expect("the issuer answers")]
    }
}
