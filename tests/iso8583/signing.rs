//! Sign-on, echo, sign-off.

use cardium_testkit::Backend;

use super::{Issuer, codes};
use crate::{
    on_both,
    support::{Script, management, purchase},
};

on_both! {
    a_peer_signs_on_and_off;
}

fn a_peer_signs_on_and_off(backend: Backend) {
    let issuer = Issuer::start(backend);
    let payment = |stan| purchase(&issuer.card, 100, stan);
    let responses = Script::new()
        .send(&management("301", 1))
        .send(&payment(2))
        .send(&management("001", 3))
        .send(&payment(4))
        .send(&management("002", 5))
        .send(&payment(6))
        .send(&management("999", 7))
        .play(issuer.address());
    assert_eq!(codes(&responses), ["00", "91", "00", "00", "00", "91", "12"]);
    let [echo, refused, sign_on, ..] = responses.as_slice() else { panic!("{responses:?}") };
    assert_eq!((&echo["t"], &echo["70"]), (&"0810".into(), &"301".into()));
    assert_eq!((&sign_on["70"], &sign_on["11"]), (&"001".into(), &"000003".into()));
    assert_eq!((&refused["t"], &refused["38"]), (&"0110".into(), &serde_json::Value::Null));
    issuer.assert_card(9_900, 100);
    // Each connection signs on for itself.
    let elsewhere = Script::new().send(&payment(8)).play(issuer.address());
    assert_eq!(codes(&elsewhere), ["91"]);
    issuer.close();
}
