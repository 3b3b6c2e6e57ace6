//! Connection options, peers and TLS, as an operator sets them.

use std::{fs, path::Path, sync::Arc};

use cardium_testkit::{Backend, Scratch};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::{FUNDS, Issuer, codes};
use crate::{
    on_both,
    support::{Line, Script, assert_exit, finish, purchase, serve},
};

on_both! {
    a_connection_s_options_are_settings;
    only_peers_are_let_in;
    messages_go_through_tls_with_certificates_on_both_sides;
}

fn a_connection_s_options_are_settings(backend: Backend) {
    let settings = [
        ("CARDIUM__ISO8583__BITMAP", "hex"),
        ("CARDIUM__ISO8583__HEADER", "four-ascii"),
        ("CARDIUM__ISO8583__TPDU", "true"),
        ("CARDIUM__ISO8583__STARTS_SIGNED_ON", "true"),
    ];
    let issuer = Issuer::on(Arc::new(Scratch::new(backend)), &settings, &[]);
    let requests = [2, 3, 4].map(|stan| purchase(&issuer.card, 100, stan));
    let options = ["--bitmap", "hex", "--header", "four-ascii", "--tpdu", "6000030011"];
    let responses = Script::new().send_all(&requests).play_with(issuer.address(), &options);
    assert_eq!(codes(&responses), ["00"; 3]);
    issuer.assert_card(FUNDS - 300, 300);
    issuer.close();
}

fn only_peers_are_let_in(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let peer = |networks: &str| {
        let file = scratch.folder().join("peers.toml");
        let text = format!(
            "[[iso8583.peers]]\nname = \"processor\"\nnetworks = [{networks}]\n\
             starts_signed_on = true\nmax_connections = 1\n"
        );
        fs::write(&file, text).expect("the folder takes files");
        file.to_str().expect("the folder has a plain name").to_owned()
    };
    let elsewhere = ["--config", &peer("\"192.0.2.0/24\"")];
    let issuer = Issuer::on(Arc::clone(&scratch), &[], &elsewhere);
    let mut stranger = Line::connect(issuer.address()).expect("the kernel takes the connection");
    assert!(stranger.is_closed());
    assert!(log(&issuer).contains("no peer has this address"));
    issuer.close();
    let here = ["--config", &peer("\"192.0.2.0/24\", \"127.0.0.0/8\"")];
    let issuer = Issuer::on(Arc::clone(&scratch), &[], &here);
    let mut line = Line::connect(issuer.address()).expect("it is a peer");
    let response = line.exchange(&purchase(&issuer.card, 100, 2)).expect("it is answered");
    assert_eq!(response["39"], "00", "it need not sign on");
    let mut second = Line::connect(issuer.address()).expect("the kernel takes the connection");
    assert!(second.is_closed(), "it may have one connection");
    assert!(log(&issuer).contains("processor at 127.0.0.1"));
    issuer.assert_card(FUNDS - 100, 100);
    issuer.close();
    let mut wrong = serve(&scratch, &[]);
    wrong.args(["--config", &peer("\"10.0.0.1/8\"")]);
    let refused = finish(&scratch, wrong);
    assert_exit(&refused, 1);
    assert!(refused.errors.contains("the network is 10.0.0.0/8"), "{}", refused.errors);
}

fn log(issuer: &Issuer) -> String {
    fs::read_to_string(&issuer.process.log).expect("the server logs")
}

fn messages_go_through_tls_with_certificates_on_both_sides(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let files = Certificates::make(&scratch.folder());
    let settings = [
        ("CARDIUM__ISO8583__TLS_CERTIFICATE", files.identity.as_str()),
        ("CARDIUM__ISO8583__TLS_KEY", files.identity.as_str()),
        ("CARDIUM__ISO8583__TLS_CLIENT_CA", files.authority.as_str()),
    ];
    let issuer = Issuer::on(Arc::clone(&scratch), &settings, &[]);
    let request = purchase(&issuer.card, 100, 2);
    let options = ["--tls-ca", &files.authority, "--tls-identity", &files.identity];
    let responses = Script::signed_on().send(&request).play_with(issuer.address(), &options);
    assert_eq!(codes(&responses), ["00"]);
    let mut clear = Line::connect(issuer.address()).expect("the kernel takes the connection");
    clear.finish().expect("half of the connection closes");
    assert!(clear.is_closed(), "who does not shake hands is not served");
    issuer.assert_card(FUNDS - 100, 100);
    issuer.close();
    let mut wrong = serve(&scratch, &settings[..2]);
    wrong.env("CARDIUM__ISO8583__TLS_KEY", &files.authority);
    let refused = finish(&scratch, wrong);
    assert_exit(&refused, 1);
    assert!(refused.errors.contains("iso8583.tls_key"), "{}", refused.errors);
}

/// PEM files: an authority's certificate, and a certificate of its with the key behind it.
struct Certificates {
    authority: String,
    identity: String,
}

impl Certificates {
    fn make(folder: &Path) -> Self {
        let key = || KeyPair::generate().expect("keys can be made");
        let mut params = CertificateParams::default();
        // Its certificates have the default name, and would seem to have signed themselves.
        params.distinguished_name.push(DnType::CommonName, "authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key()).expect("it signs itself");
        let (own, params) = (key(), CertificateParams::new(["localhost".to_owned()]));
        let params = params.expect("a plain name");
        let certificate = params.signed_by(&own, &authority).expect("it is signed");
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).expect("the folder takes files");
            path.to_str().expect("the folder has a plain name").to_owned()
        };
        Self {
            authority: put("authority.pem", &authority.pem()),
            identity: put("identity.pem", &(certificate.pem() + &own.serialize_pem())),
        }
    }
}
