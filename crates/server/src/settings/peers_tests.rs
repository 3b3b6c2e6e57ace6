//! The card network's keys and its peers, through a settings file.

use super::*;
use crate::{causes::with_causes, scratch::Scratch};

fn read_file(text: &str) -> Result<Settings, SettingsError> {
    let scratch = Scratch::create().unwrap();
    let file = scratch.path().join("cardium.toml");
    std::fs::write(&file, text).unwrap();
    let variables = Variables::with_prefix("CARDIUM").source(Some(config::Map::new()));
    read(&Overrides { file: Some(file), ..Overrides::default() }, variables)
}

const PEER: &str = "[[iso8583.peers]]\nname = \"first\"\nnetworks = [\"10.0.0.0/8\"]\n";

#[test]
fn a_peer_has_the_defaults_where_it_says_nothing_else() {
    let text = format!("[iso8583]\nbitmap = \"hex\"\nmax_connections_per_peer = 3\n{PEER}");
    let network = read_file(&text).unwrap().iso8583;
    let [peer] = network.peers.as_slice() else { panic!("{:?}", network.peers) };
    assert_eq!(peer.link(network.link()), network.link());
    assert_eq!((network.link().bitmap, network.link().max_connections), (Bitmap::Hex, 3));
}

/// The example in the default settings shows every key of a peer, and each has its effect.
#[test]
fn the_documented_example_reads() {
    let from = DEFAULTS.find("#   [[iso8583.peers]]").expect("there is an example");
    let lines = DEFAULTS[from..].lines().map_while(|line| line.strip_prefix("#   "));
    let example: Vec<&str> = lines.collect();
    let settings = read_file(&example.join("\n")).unwrap();
    let [peer] = settings.iso8583.peers.as_slice() else { panic!("one peer is shown") };
    let expected = Link {
        bitmap: Bitmap::Hex,
        numerics: Numerics::Bcd,
        header: Header::FourAscii,
        tpdu: true,
        starts_signed_on: true,
        cvv_decline_code: CvvCode::CvvFailure,
        max_connections: 4,
        max_in_flight: 64,
        max_per_second: 500,
        idle_seconds: 120,
    };
    assert_eq!(peer.link(settings.iso8583.link()), expected);
    let networks: Vec<String> = peer.networks.iter().map(|network| network.0.to_string()).collect();
    assert_eq!(networks, ["10.20.0.0/16", "192.0.2.7/32", "2001:db8::/32"]);
}

#[test]
fn every_key_of_the_section_is_checked() {
    for (line, mentions) in [
        ("max_connections = 0", "iso8583.max_connections "),
        ("max_connections_per_peer = 0", "iso8583.max_connections_per_peer"),
        ("max_in_flight = 65537", "iso8583.max_in_flight"),
        ("max_per_second = 0", "iso8583.max_per_second"),
        ("patience_ms = 0", "iso8583.patience_ms"),
        ("idle_seconds = 9223372036854775807", "iso8583.idle_seconds"),
        ("idle_seconds = 86401", "iso8583.idle_seconds"),
        ("bitmap = \"octal\"", "octal"),
        ("numerics = \"ebcdic\"", "ebcdic"),
        ("header = \"eight-byte\"", "eight-byte"),
        ("tpdu = \"perhaps\"", "iso8583.tpdu"),
        ("cvv_decline_code = \"00\"", "cvv_decline_code"),
        ("tls_key = \"key.pem\"", "iso8583.tls_certificate"),
        ("tls_certificate = \"certificate.pem\"", "iso8583.tls_key"),
        ("tls_client_ca = \"ca.pem\"", "iso8583.tls_client_ca"),
        ("patients_ms = 1", "patients_ms"),
    ] {
        let error = with_causes(&read_file(&format!("[iso8583]\n{line}\n")).unwrap_err());
        assert!(error.contains(mentions), "{line}: {error}");
    }
}

#[test]
fn every_key_of_a_peer_is_checked() {
    for (line, mentions) in [
        ("max_connections = 0", "iso8583.peers[0].max_connections"),
        ("max_in_flight = 0", "iso8583.peers[0].max_in_flight"),
        ("max_per_second = 1000001", "iso8583.peers[0].max_per_second"),
        ("idle_seconds = 0", "iso8583.peers[0].idle_seconds"),
        ("header = \"eight-byte\"", "eight-byte"),
        ("cvv_decline_code = \"00\"", "cvv_decline_code"),
        ("patience_ms = 1", "patience_ms"),
    ] {
        let error = with_causes(&read_file(&format!("{PEER}{line}\n")).unwrap_err());
        assert!(error.contains(mentions), "{line}: {error}");
    }
}

#[test]
fn peers_have_a_name_of_their_own_and_networks() {
    let peer = |name: &str, networks: &str| {
        format!("[[iso8583.peers]]\nname = {name:?}\nnetworks = [{networks}]\n")
    };
    for (text, mentions) in [
        (peer("", "\"10.0.0.0/8\""), "iso8583.peers[0].name"),
        (peer("two\nlines", "\"10.0.0.0/8\""), "iso8583.peers[0].name"),
        (format!("{PEER}{PEER}"), "iso8583.peers[1].name"),
        (
            format!("{PEER}{}", peer("second", "\"10.1.0.0/16\"")),
            "iso8583.peers[1].networks are all those of earlier peers",
        ),
        (
            format!("{PEER}{}", peer("second", "\"::ffff:10.1.0.0/112\"")),
            "iso8583.peers[1].networks are all those of earlier peers",
        ),
        (peer("first", ""), "iso8583.peers[0].networks"),
        (peer("first", "\"10.0.0.0/33\""), "\"10.0.0.0/33\" is no network"),
        (peer("first", "\"processor.example\""), "\"processor.example\" is no network"),
        (peer("first", "\"10.0.0.1/8\""), "the network is 10.0.0.0/8"),
        ("[[iso8583.peers]]\nname = \"first\"\n".to_owned(), "networks"),
    ] {
        let error = with_causes(&read_file(&text).unwrap_err());
        assert!(error.contains(mentions), "{text}: {error}");
    }
}

#[test]
fn a_mapped_network_is_the_one_it_stands_for() {
    let text = "[[iso8583.peers]]\nname = \"first\"\nnetworks = [\"::ffff:192.0.2.0/120\"]\n";
    let settings = read_file(text).unwrap();
    assert_eq!(settings.iso8583.peers[0].networks[0].0.to_string(), "192.0.2.0/24");
    // A wider peer after a narrow one is not in its shadow.
    let wide = PEER.replace("first", "wide").replace("10.0.0.0/8", "0.0.0.0/0");
    assert!(read_file(&format!("{PEER}{wide}")).is_ok());
}
