//! HTTP over TLS, as clients meet it.

use rcgen::{CertificateParams, KeyPair};

use super::{tests::settings, *};
use crate::{causes::with_causes, scratch::Scratch};

/// Settings with a certificate of its own for `localhost`; gives that as PEM.
fn secure(scratch: &Scratch) -> (Settings, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap().pem();
    let put = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).unwrap();
        Some(path)
    };
    let mut settings = settings(scratch.path());
    settings.server.tls_certificate = put("certificate.pem", &certificate);
    settings.server.tls_key = put("key.pem", &key.serialize_pem());
    (settings, certificate)
}

fn client(trusted: &str, address: SocketAddr) -> reqwest::ClientBuilder {
    let certificate = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([certificate])
        .resolve("localhost", address)
}

#[tokio::test(flavor = "multi_thread")]
async fn https_is_tls_1_3_and_nothing_else() {
    let scratch = Scratch::create().unwrap();
    let (settings, certificate) = secure(&scratch);
    let running = Running::start(settings, Options::default()).await.unwrap();
    let address = running.addresses().http;
    let url = format!("https://localhost:{}/v1/system/health", address.port());
    let answer = client(&certificate, address).build().unwrap().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000");
    assert_eq!(answer.version(), reqwest::Version::HTTP_11);
    let old = client(&certificate, address).tls_version_max(reqwest::tls::Version::TLS_1_2);
    let refused = old.build().unwrap().get(&url).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    let plain = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let plain = plain.get(format!("http://{address}/livez")).send().await;
    assert!(plain.is_err(), "{plain:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_files_are_named() {
    let scratch = Scratch::create().unwrap();
    let (good, _) = secure(&scratch);
    let foreign = scratch.path().join("foreign.pem");
    std::fs::write(&foreign, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    for (key, mentions) in [
        (scratch.path().join("missing.pem"), "server.tls_key"),
        (good.server.tls_certificate.clone().unwrap(), "server.tls_key"),
        (foreign, "server.tls_certificate and server.tls_key cannot be used together"),
    ] {
        let mut settings = good.clone();
        settings.server.tls_key = Some(key);
        let refused = Running::start(settings, Options::default()).await;
        let Err(error @ StartError::HttpTls(_)) = refused else { panic!("it starts") };
        assert!(with_causes(&error).contains(mentions), "{error:?}");
    }
}
