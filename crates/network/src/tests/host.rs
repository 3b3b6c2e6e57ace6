use cardium_app::database::SubmitError;
use cardium_iso8583::{DecodeReason, Message, Mti, WireFormat, decode};

use super::support::{
    PAN, bytes, clearing, host, now, purchase, request, retyped, reversal, trace,
};
use crate::{Host, Received, Reply, Session, simulate};

fn answered(host: &Host, session: &Session, message: &Message) -> Option<(String, String)> {
    match now(host.respond(session, &bytes(message))) {
        Reply::Send(payload) => {
            let response = decode(&payload, &WireFormat::default()).unwrap();
            let code = response.get(39).unwrap().to_owned();
            Some((response.mti().to_string(), code))
        }
        Reply::Nothing => None,
        Reply::Close(reason) => panic!("closed: {reason}"),
    }
}

fn answer(mti: &str, code: &str) -> Option<(String, String)> {
    Some((mti.to_owned(), code.to_owned()))
}

fn overloaded() -> Host {
    host(SubmitError::Overloaded)
}

fn function(code: &str) -> Message {
    let message = simulate::sign_on(&trace("000001")).unwrap();
    message.with(70, code).unwrap()
}

#[test]
fn a_peer_signs_on_and_off() {
    let host = overloaded();
    let session = host.session();
    let steps = [
        (request(), answer("0110", "91")),
        (reversal(Mti::REVERSAL_ADVICE, None), answer("0430", "91")),
        (function("301"), answer("0810", "00")),
        (function("001"), answer("0810", "00")),
        (clearing(None), None),
        (function("002"), answer("0810", "00")),
        (clearing(None), answer("0230", "91")),
    ];
    for (step, (message, expected)) in steps.iter().enumerate() {
        assert_eq!(answered(&host, &session, message), *expected, "step {step}");
    }
}

#[test]
fn settings_may_trust_a_peer_from_the_start() {
    let mut host = overloaded();
    assert!(!host.session().is_signed_on());
    host.settings.starts_signed_on = true;
    assert!(host.session().is_signed_on());
}

#[test]
fn network_management_echoes_its_function() {
    let session = Session::signed_off();
    for (code, expected) in [("101", "00"), ("161", "00"), ("301", "00"), ("999", "12")] {
        let Reply::Send(payload) = now(overloaded().respond(&session, &bytes(&function(code))))
        else {
            panic!("no answer to {code}");
        };
        let response = decode(&payload, &WireFormat::default()).unwrap();
        assert_eq!((response.get(39), response.get(70)), (Some(expected), Some(code)));
    }
    let mut silent = function("001");
    silent.remove(70);
    assert_eq!(answered(&overloaded(), &session, &silent), answer("0810", "30"));
}

#[test]
fn other_requests_get_12_and_answers_get_nothing() {
    let session = Session::signed_on();
    for (mti, expected) in [
        ("0102", answer("0112", "12")),
        ("0300", answer("0310", "12")),
        ("0500", answer("0510", "12")),
        ("0820", answer("0830", "12")),
        ("0110", None),
        ("0430", None),
        ("0810", None),
    ] {
        let message = Message::new(mti.parse().unwrap()).with(11, "000001").unwrap();
        assert_eq!(answered(&overloaded(), &session, &message), expected, "{mti}");
    }
}

#[test]
fn overload_declines_requests_and_lets_advices_repeat() {
    let session = Session::signed_on();
    for error in [
        SubmitError::Overloaded,
        SubmitError::DeadlinePassed,
        SubmitError::Unavailable("down".into()),
        SubmitError::Closed,
    ] {
        let host = host(error);
        let sent = |message: &Message| answered(&host, &session, message);
        assert_eq!(sent(&request()), answer("0110", "91"));
        assert_eq!(sent(&purchase().single_message().unwrap()), answer("0210", "91"));
        let refund = purchase().refund(None).unwrap();
        assert_eq!(sent(&retyped(&refund, "0200")), answer("0210", "91"));
        assert_eq!(sent(&refund), None);
        assert_eq!(sent(&purchase().advice("012345").unwrap()), None);
        assert_eq!(sent(&clearing(None)), None);
        assert_eq!(sent(&reversal(Mti::REVERSAL_REQUEST, None)), None);
        assert_eq!(sent(&reversal(Mti::REVERSAL_ADVICE, None)), None);
    }
}

#[test]
fn a_fault_of_ours_is_said_to_be_one() {
    let host = host(SubmitError::Failed("a rule broke".into()));
    let exchanged = now(host.exchange(&Session::signed_on(), &bytes(&request())));
    assert!(exchanged.failure.is_some() && exchanged.transaction.is_none());
    let Reply::Send(payload) = exchanged.reply else {
        panic!("no answer");
    };
    let response = decode(&payload, &WireFormat::default()).unwrap();
    assert_eq!(response.get(39), Some("96"));
}

#[test]
fn a_refused_request_does_not_reach_the_database() {
    let host = host(SubmitError::Failed("must not be asked".into()));
    let session = Session::signed_on();
    let mut incomplete = request();
    incomplete.remove(4);
    assert_eq!(answered(&host, &session, &incomplete), answer("0110", "30"));
    let mistyped = request().with(2, "4111111111111112").unwrap();
    assert_eq!(answered(&host, &session, &mistyped), answer("0110", "14"));
}

#[test]
fn what_cannot_be_decoded_is_answered_if_its_sender_can_tell_to_what() {
    let host = overloaded();
    let session = Session::signed_off();
    let mut truncated = bytes(&request());
    truncated.pop();
    let Reply::Send(payload) = now(host.respond(&session, &truncated)) else {
        panic!("no answer");
    };
    let response = decode(&payload, &WireFormat::default()).unwrap();
    assert_eq!((response.get(11), response.get(39)), (Some("000042"), Some("30")));
    for garbage in [&b""[..], b"GET / HTTP/1.1", b"0100"] {
        let reply = now(host.respond(&session, garbage));
        assert!(matches!(reply, Reply::Close(_)), "{reply:?}");
    }
    for mut message in [request(), function("001"), retyped(&request(), "0300")] {
        message.remove(11);
        let reply = now(host.respond(&session, &bytes(&message)));
        assert_eq!(reply, Reply::Close(DecodeReason::MissingTrace));
    }
    let reply = now(host.respond(&session, b"1100\0\0\0\0\0\0\0\0"));
    assert_eq!(reply, Reply::Close(DecodeReason::InvalidMti));
}

#[test]
fn nothing_that_can_be_logged_shows_the_pan() {
    let host = overloaded();
    let session = Session::signed_on();
    let received = host.receive(&session, &bytes(&request()));
    assert!(matches!(received, Received::Pending(_)));
    assert!(!format!("{received:?}").contains(PAN));
    let exchanged = now(host.exchange(&session, &bytes(&request())));
    assert!(!format!("{exchanged:?}").contains(PAN));
    assert!(!format!("{:?}", exchanged.reply).contains("4111"));
}
