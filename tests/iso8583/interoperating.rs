//! The life of a payment through a client whose codec nobody here has written.

use cardium_testkit::Backend;
use serde_json::Value;

use super::{FUNDS, Issuer, codes};
use crate::{
    on_both,
    support::{Script, clearing, management, purchase, repeat, reversal},
};

on_both! {
    both_clients_see_the_same_issuer;
    many_requests_at_once_are_told_apart;
}

/// The Node.js codec frames messages itself and always sends the secondary bitmap; Python's sends
/// it where it is needed.
fn both_clients_see_the_same_issuer(backend: Backend) {
    let issuer = Issuer::start(backend);
    let plays: [fn(&Script, std::net::SocketAddr) -> Vec<Value>; 2] =
        [Script::play, Script::play_in_node];
    let mut spent = 0;
    for (play, stan) in plays.into_iter().zip([100, 200]) {
        let answers = |script: Script| play(&script, issuer.address());
        let [kept, taken_back] = [1, 2].map(|number| purchase(&issuer.card, 1_250, stan + number));
        let sent = Script::signed_on().send(&management("301", 2)).send(&kept);
        let responses = answers(sent.send(&taken_back).send(&repeat(&kept)));
        assert_eq!(codes(&responses), ["00"; 4]);
        assert_eq!(responses[0]["70"], "301", "the echo tells what it answers");
        assert_eq!(responses[1], responses[3], "the repeat has the same answer");
        for de in ["2", "3", "4", "7", "11", "12", "13", "32", "37", "41", "42", "49"] {
            assert_eq!(responses[1][de], kept[de], "DE {de} comes back");
        }
        issuer.assert_card(FUNDS - spent - 2_500, 2_500);
        let posted = clearing(&kept, &responses[1]["38"], 1_300, stan + 3);
        let undone = reversal("0420", &taken_back, stan + 4);
        let responses = answers(Script::signed_on().send(&posted).send(&undone));
        assert_eq!(codes(&responses), ["00"; 2]);
        assert_eq!([&responses[0]["t"], &responses[1]["t"]], ["0230", "0430"]);
        spent += 1_300;
        issuer.assert_card(FUNDS - spent, 0);
    }
    issuer.close();
}

fn many_requests_at_once_are_told_apart(backend: Backend) {
    let issuer = Issuer::start(backend);
    let requests: Vec<Value> =
        (0..50).map(|number| purchase(&issuer.card, 10 + number, 100 + stan(number))).collect();
    let responses = Script::signed_on().send_all(&requests).play_in_node(issuer.address());
    assert_eq!(responses.len(), requests.len());
    for request in &requests {
        let own = responses.iter().find(|response| response["11"] == request["11"]);
        let own = own.expect("each request has its response");
        assert_eq!((&own["39"], &own["4"]), (&"00".into(), &request["4"]));
    }
    issuer.close();
}

fn stan(number: i64) -> u32 {
    u32::try_from(number).expect("it is small")
}
