//! Hostile streams: nothing is posted, and other connections do not notice.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer};
use crate::{
    on_both,
    support::{Line, changed, encode, framed, management, purchase},
};

on_both! {
    what_cannot_be_read_closes_the_connection_and_posts_nothing;
    what_can_be_told_apart_is_answered_with_a_format_error;
    split_and_merged_frames_are_messages_all_the_same;
    what_breaks_off_is_never_acted_on;
}

/// What a bystander sees of the issuer while others misbehave.
struct Bystander<'a> {
    issuer: &'a Issuer,
    line: Line,
    stan: u32,
    spent: i64,
}

impl<'a> Bystander<'a> {
    fn of(issuer: &'a Issuer) -> Self {
        let line = Line::signed_on(issuer.address()).expect("the issuer takes connections");
        Self { issuer, line, stan: 900_000, spent: 0 }
    }

    /// Asserts that the bystander's own messages are served, and that theirs alone count.
    #[track_caller]
    fn is_undisturbed(&mut self, after: &str) {
        self.stan += 2;
        let echo = self.line.exchange(&management("301", self.stan)).expect(after);
        assert_eq!((&echo["39"], &echo["70"]), (&"00".into(), &"301".into()), "{after}");
        let request = purchase(&self.issuer.card, 10, self.stan + 1);
        let response = self.line.exchange(&request).expect(after);
        assert_eq!((&response["39"], &response["11"]), (&"00".into(), &request["11"]), "{after}");
        self.spent += 10;
        self.issuer.assert_card(FUNDS - self.spent, self.spent);
    }
}

fn hostile(issuer: &Issuer) -> Line {
    Line::signed_on(issuer.address()).expect("the issuer takes connections")
}

fn in_frame(payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("it is short").to_be_bytes();
    [&length, payload].concat()
}

fn what_cannot_be_read_closes_the_connection_and_posts_nothing(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut bystander = Bystander::of(&issuer);
    let good = encode(&purchase(&issuer.card, 100, 2));
    let with = |at: usize, bytes: &[u8]| {
        let mut payload = good.clone();
        payload[at..at + bytes.len()].copy_from_slice(bytes);
        in_frame(&payload)
    };
    // DE 2 starts behind the message type (4) and the bitmap (8), with its length.
    for (what, bytes) in [
        ("garbage in a frame", in_frame(&[0xFF; 400])),
        ("an HTTP request", b"POST /v1/cards HTTP/1.1\r\nHost: issuer\r\n\r\n".to_vec()),
        ("an empty frame", in_frame(b"")),
        ("a frame beyond the limit", b"\x20\x01".to_vec()),
        ("the longest length there is", [b"\xff\xff", good.as_slice()].concat()),
        ("a message type of letters", with(0, b"AAAA")),
        ("a message of another edition", with(0, b"1100")),
        ("a PAN that is too long", with(12, b"99")),
        ("a PAN of no digits", with(12, b"00")),
        ("a length that is no number", with(12, b"1x")),
        ("a field beyond the frame", in_frame(&good[..20])),
        ("a tertiary bitmap", in_frame(b"0100\x80\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0")),
    ] {
        let mut line = hostile(&issuer);
        line.write(&bytes).expect("the connection is open");
        assert!(line.is_closed(), "{what} closes the connection");
        bystander.is_undisturbed(what);
    }
    issuer.close();
}

fn what_can_be_told_apart_is_answered_with_a_format_error(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut bystander = Bystander::of(&issuer);
    let request = |stan| purchase(&issuer.card, 100, stan);
    let mut line = hostile(&issuer);
    let mut answer = |what: &str, bytes: &[u8]| -> Value {
        line.write(bytes).expect("the connection is open");
        line.receive().unwrap_or_else(|error| panic!("{what} is answered: {error}"))
    };
    let trailing = [encode(&request(2)).as_slice(), b"!!"].concat();
    let short = encode(&request(3));
    let mut wrong_length = encode(&request(4));
    let at = wrong_length.windows(8).position(|bytes| bytes == b"06400001").expect("DE 32");
    wrong_length[at..at + 2].copy_from_slice(b"12");
    let letters = changed(&request(5), "4", "00000000010O");
    let sign = changed(&request(6), "4", "-00000000100");
    let pan = changed(&request(7), "2", "411111111111111A");
    for (what, bytes, code, stan) in [
        ("bytes behind the last field", in_frame(&trailing), "30", "000002"),
        ("a last field cut short", in_frame(&short[..short.len() - 2]), "30", "000003"),
        ("a field longer than it may be", in_frame(&wrong_length), "30", "000004"),
        ("an amount with a letter", framed(&letters), "30", "000005"),
        ("an amount with a sign", framed(&sign), "30", "000006"),
        ("a PAN with a letter", framed(&pan), "30", "000007"),
        ("a class nobody knows", framed(&changed(&request(8), "t", "0700")), "12", "000008"),
        ("a file action", framed(&changed(&request(9), "t", "0300")), "12", "000009"),
    ] {
        let response = answer(what, &bytes);
        assert_eq!((&response["39"], &response["11"]), (&code.into(), &stan.into()), "{what}");
        bystander.is_undisturbed(what);
    }
    // The same connection goes on: only where its place is lost must a stream end.
    let echo = answer("an echo", &framed(&management("301", 10)));
    assert_eq!(echo["39"], "00");
    // Answers and notifications are nobody's to answer.
    let unanswered = ["0110", "0140", "0810"].map(|kind| framed(&changed(&request(11), "t", kind)));
    let last = framed(&management("301", 12));
    let echo = answer("what follows", &[unanswered.concat(), last].concat());
    assert_eq!(echo["11"], "000012");
    bystander.is_undisturbed("answers that nobody asked for");
    issuer.close();
}

fn split_and_merged_frames_are_messages_all_the_same(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut line = hostile(&issuer);
    for byte in framed(&purchase(&issuer.card, 100, 2)) {
        line.write(&[byte]).expect("the connection is open");
    }
    let response = line.receive().expect("single bytes make a message");
    assert_eq!((&response["11"], &response["39"]), (&"000002".into(), &"00".into()));
    // Good, bad and good again in one packet: the bad one costs nobody else's answer.
    let good = [3, 4].map(|stan| framed(&purchase(&issuer.card, 100, stan)));
    let bad = framed(&changed(&purchase(&issuer.card, 100, 5), "4", "00000000010O"));
    line.write(&[good[0].as_slice(), &bad, &good[1]].concat()).expect("the connection is open");
    let mut answers = [(); 3].map(|()| {
        let response = line.receive().expect("each is answered");
        [response["11"].clone(), response["39"].clone()].map(|value| value.to_string())
    });
    answers.sort();
    let expected = [("000003", "00"), ("000004", "00"), ("000005", "30")];
    let expected = expected.map(|(stan, code)| [stan, code].map(|text| format!("{text:?}")));
    assert_eq!(answers, expected);
    issuer.assert_card(FUNDS - 300, 300);
    issuer.close();
}

fn what_breaks_off_is_never_acted_on(backend: Backend) {
    let issuer = Issuer::start(backend);
    let mut bystander = Bystander::of(&issuer);
    let message = framed(&purchase(&issuer.card, 100, 2));
    for kept in [1, 2, 3, message.len() / 2, message.len() - 1] {
        let mut line = hostile(&issuer);
        line.write(&message[..kept]).expect("the connection is open");
        line.finish().expect("half of the connection closes");
        assert!(line.is_closed());
        bystander.is_undisturbed("a message that broke off");
    }
    // In a frame whose length tells of more than ever comes.
    let mut line = hostile(&issuer);
    line.write(&[&2_000_u16.to_be_bytes(), &message[2..]].concat()).expect("it is open");
    line.finish().expect("half of the connection closes");
    assert!(line.is_closed());
    bystander.is_undisturbed("a frame that never ends");
    issuer.close();
}
