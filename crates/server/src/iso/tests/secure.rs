//! TLS in front of the door.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use super::{
    super::{TlsFiles, acceptor},
    *,
};
use crate::{causes::with_causes, scratch::Scratch};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, as PEM.
fn issue(authority: &Authority) -> [String; 2] {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    [params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem()]
}

struct Files(Scratch);

impl Files {
    fn new() -> Self {
        Self(Scratch::create().unwrap())
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn of(&self, authority: &Authority, client_ca: Option<&Authority>) -> TlsFiles {
        let [certificate, key] = issue(authority);
        TlsFiles {
            certificate: self.put("certificate.pem", &certificate),
            key: self.put("key.pem", &key),
            client_ca: client_ca.map(|authority| self.put("ca.pem", &authority.pem())),
        }
    }
}

async fn secure(files: &TlsFiles) -> Opened {
    secure_within(files, LIMITS).await
}

async fn secure_within(files: &TlsFiles, limits: PeerLimits) -> Opened {
    let tls = acceptor(files).unwrap();
    open(|held| Door {
        peers: Peers::anybody(terms(held, WireFormat::default(), limits)),
        max_connections: 8,
        tls: Some(tls),
    })
    .await
}

async fn connect(
    door: &Opened,
    trusted: &Authority,
    identity: Option<&Authority>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der().clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_root_certificates(roots);
    let config = match identity.map(issue) {
        None => config.with_no_client_auth(),
        Some([certificate, key]) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, door.connect().await).await
}

#[tokio::test]
async fn messages_go_through_tls() {
    let (files, ca) = (Files::new(), authority());
    let door = secure(&files.of(&ca, None)).await;
    let mut stream = connect(&door, &ca, None).await.unwrap();
    stream.write_all(&[echo("000001"), purchase("000002")].concat()).await.unwrap();
    assert_eq!(next(&mut stream).await, answer("000001", "00"));
    door.holds(1).await;
    door.stop.send(true).unwrap();
    door.held.let_go();
    assert_eq!(next(&mut stream).await, answer("000002", "91"), "it finishes at shutdown");
    assert_eq!(next(&mut stream).await, None);
    drop(stream);
    timeout(SOON, door.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_peer_in_clear_gets_no_answer_and_disturbs_nobody() {
    let (files, ca) = (Files::new(), authority());
    let door = secure(&files.of(&ca, None)).await;
    let _silent = door.connect().await;
    let mut clear = door.connect().await;
    clear.write_all(&echo("000001")).await.unwrap();
    let mut received = Vec::new();
    let _reset = timeout(SOON, clear.read_to_end(&mut received)).await.unwrap();
    assert!(decode(&received, &WireFormat::default()).is_err(), "an alert, but no response");
    let mut stream = connect(&door, &ca, None).await.unwrap();
    stream.write_all(&echo("000002")).await.unwrap();
    assert_eq!(next(&mut stream).await, answer("000002", "00"));
}

#[tokio::test]
async fn a_peer_that_does_not_shake_hands_gives_up_its_place() {
    let (files, ca) = (Files::new(), authority());
    let limits = PeerLimits { handshake_timeout: Duration::from_millis(50), ..LIMITS };
    let door = secure_within(&files.of(&ca, None), limits).await;
    let mut silent = door.connect().await;
    assert_eq!(next(&mut silent).await, None);
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let mut halfway = door.connect().await;
    halfway.write_all(hello).await.unwrap();
    assert_eq!(next(&mut halfway).await, None);
}

#[tokio::test]
async fn where_certificates_are_asked_for_only_those_who_have_one_are_served() {
    let (files, ca, clients) = (Files::new(), authority(), authority());
    let door = secure(&files.of(&ca, Some(&clients))).await;
    let mut known = connect(&door, &ca, Some(&clients)).await.unwrap();
    known.write_all(&echo("000001")).await.unwrap();
    assert_eq!(next(&mut known).await, answer("000001", "00"));
    for identity in [None, Some(&ca)] {
        // Of TLS 1.3 the client sends its certificate last, and learns of the refusal by reading.
        if let Ok(mut stranger) = connect(&door, &ca, identity).await {
            let _refused = stranger.write_all(&echo("000002")).await;
            assert_eq!(next(&mut stranger).await, None);
        }
    }
}

#[test]
fn files_that_cannot_serve_are_named() {
    let (files, ca) = (Files::new(), authority());
    let good = files.of(&ca, Some(&ca));
    assert!(acceptor(&good).is_ok());
    let missing = files.0.path().join("missing.pem");
    let nonsense = files.put("nonsense.pem", "nonsense");
    let [_, foreign_key] = issue(&ca);
    let foreign_key = files.put("foreign.pem", &foreign_key);
    let cases = [
        (TlsFiles { certificate: missing.clone(), ..good.clone() }, "iso8583.tls_certificate"),
        (TlsFiles { certificate: nonsense.clone(), ..good.clone() }, "iso8583.tls_certificate"),
        (TlsFiles { key: missing.clone(), ..good.clone() }, "iso8583.tls_key"),
        (TlsFiles { key: nonsense.clone(), ..good.clone() }, "iso8583.tls_key"),
        (TlsFiles { key: foreign_key, ..good.clone() }, "iso8583.tls_key cannot be used together"),
        (TlsFiles { client_ca: Some(missing), ..good.clone() }, "iso8583.tls_client_ca"),
        (TlsFiles { client_ca: Some(nonsense), ..good }, "iso8583.tls_client_ca"),
    ];
    for (files, named) in cases {
        let Err(error) = acceptor(&files) else { panic!("{files:?} serve") };
        let told = with_causes(&error);
        assert!(told.contains(named), "{told}");
    }
}
