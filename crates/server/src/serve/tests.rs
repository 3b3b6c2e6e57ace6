use std::{fs, path::Path};

use cardium_http::HealthProbe;

use super::*;
use crate::{
    keys::directory,
    scratch::Scratch,
    settings::{Overrides, load},
};

pub(super) fn settings(data_dir: &Path) -> Settings {
    let any_port = || Some("127.0.0.1:0".to_owned());
    load(&Overrides {
        bind: any_port(),
        iso8583_bind: any_port(),
        data_dir: Some(data_dir.to_owned()),
        ..Overrides::default()
    })
    .unwrap()
}

async fn start(data_dir: &Path) -> Result<Running, StartError> {
    Running::start(settings(data_dir), Options::default()).await
}

async fn status(address: SocketAddr, path: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let url = format!("http://{address}{path}");
    let response = client.build().unwrap().get(url).send().await.unwrap();
    response.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_starts_stops_and_starts_again() {
    let scratch = Scratch::create().unwrap();
    let ready_file = scratch.path().join("ready.json");
    let options = Options { ready_file: Some(ready_file.clone()), ..Options::default() };
    let running = Running::start(settings(scratch.path()), options).await.unwrap();
    let addresses = running.addresses();
    let told: serde_json::Value = serde_json::from_slice(&fs::read(ready_file).unwrap()).unwrap();
    assert_eq!(told["http"], addresses.http.to_string());
    assert_eq!(told["iso8583"], addresses.iso8583.unwrap().to_string());
    assert_eq!(status(addresses.http, "/readyz").await, 200);
    running.stop().await;
    start(scratch.path()).await.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_process_lives_and_is_not_ready() {
    let scratch = Scratch::create().unwrap();
    let running = start(scratch.path()).await.unwrap();
    running.health.drain();
    let address = running.addresses().http;
    assert_eq!(status(address, "/readyz").await, 503);
    assert_eq!(status(address, "/livez").await, 200);
    assert!(!running.health.ready());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sqlite_file_has_one_process() {
    let scratch = Scratch::create().unwrap();
    let running = start(scratch.path()).await.unwrap();
    let second = start(scratch.path()).await;
    assert!(matches!(second, Err(StartError::Storage(StorageError::Database(_)))));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_and_changed_keys_are_refused() {
    let scratch = Scratch::create().unwrap();
    start(scratch.path()).await.unwrap().stop().await;
    let keys = directory(scratch.path());
    let cvk = keys.join("cvk");
    fs::write(&cvk, "00".repeat(16)).unwrap();
    let changed = start(scratch.path()).await;
    assert!(matches!(changed, Err(StartError::Storage(StorageError::Database(_)))));
    fs::remove_dir_all(&keys).unwrap();
    let lost = start(scratch.path()).await;
    assert!(matches!(lost, Err(StartError::Storage(StorageError::Keys(_)))));
    assert!(!keys.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    let scratch = Scratch::create().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = settings(scratch.path());
    settings.server.bind = taken.local_addr().unwrap();
    let refused = Running::start(settings, Options::default()).await;
    let address = taken.local_addr().unwrap();
    assert!(matches!(refused, Err(StartError::Bind { address: named, .. }) if named == address));
}
