//! Accounts, keys, money and cards on the server under test, made through its own API.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{cell::CONNECTIONS, client::Connection, error::BenchError, request::Request};

/// The greatest amount that a request may name.
const TOPUP_DOLLARS: u32 = 1_000_000;
/// What a card has from the start, so that it can spend a cent at a time.
const LOAD_DOLLARS: u32 = 10_000;
/// A top-up pays for 3.8 million loads: more than any server here does in this many seconds.
const SECONDS_PER_TOPUP: u64 = 60;
const POLL: Duration = Duration::from_millis(20);
/// Ten seconds for a deposit to be credited.
const POLLS: usize = 500;

/// A card with the API key of its account.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The API key.
    pub key: String,
    /// The card's id.
    pub card: String,
    /// The card's number, for the card network's cells.
    pub pan: String,
}

/// Who calls, one holder for each connection.
#[derive(Debug)]
pub struct Cast {
    /// Holders with an account each.
    pub uniform: Vec<Holder>,
    /// Holders of one account.
    pub hot: Vec<Holder>,
}

impl Cast {
    /// Makes the accounts, with money for so many seconds of loads.
    ///
    /// # Errors
    /// When a request is refused.
    pub async fn sign_up(address: SocketAddr, seconds: u64) -> Result<Self, BenchError> {
        let mut api = Connection::open(address).await?;
        let topups = 1 + seconds / SECONDS_PER_TOPUP;
        let mut uniform = Vec::new();
        for number in 0..CONNECTIONS {
            let key = open_account(&mut api, &format!("uniform-{number}"), topups).await?;
            uniform.push(issue_card(&mut api, key).await?);
        }
        let key = open_account(&mut api, "hot", topups).await?;
        let mut hot = Vec::new();
        for _ in 0..CONNECTIONS {
            hot.push(issue_card(&mut api, key.clone()).await?);
        }
        Ok(Self { uniform, hot })
    }
}

/// Opens an account and gives its API key.
async fn open_account(api: &mut Connection, name: &str, topups: u64) -> Result<String, BenchError> {
    let body = json!({"email": format!("{name}@example.com"), "password": "a long benchmark"});
    let session = post(api, "/v1/accounts", "", &body).await?;
    let made = post(api, "/v1/api_keys", text(&session, "token"), &json!({"name": name})).await?;
    let key = text(&made, "key").to_owned();
    for _ in 0..topups {
        fund(api, &key).await?;
    }
    Ok(key)
}

async fn fund(api: &mut Connection, key: &str) -> Result<(), BenchError> {
    let topup = post(api, "/v1/topups", key, &json!({"amount_usd": TOPUP_DOLLARS})).await?;
    let id = text(&topup, "id");
    let final_now = json!({"confirmations": "final"});
    post(api, &format!("/v1/test/topups/{id}/deposits"), key, &final_now).await?;
    let path = format!("/v1/topups/{id}");
    for _ in 0..POLLS {
        let topup = api.call(Request::get(&path, key)).await?;
        if text(&topup, "status") == "completed" {
            return Ok(());
        }
        sleep(POLL).await;
    }
    let answer = "a top-up that is never completed".to_owned();
    Err(BenchError::Answer { request: format!("GET {path}"), answer })
}

async fn issue_card(api: &mut Connection, key: String) -> Result<Holder, BenchError> {
    let wanted = json!({"type": "virtual", "bin": "489517", "load_usd": LOAD_DOLLARS});
    let card = post(api, "/v1/cards", &key, &wanted).await?;
    let card = text(&card, "id").to_owned();
    let shown = api.call(Request::get(&format!("/v1/cards/{card}/pan"), &key)).await?;
    Ok(Holder { key, card, pan: text(&shown, "pan").to_owned() })
}

async fn post(
    api: &mut Connection,
    path: &str,
    token: &str,
    body: &Value,
) -> Result<Value, BenchError> {
    api.call(Request::post(path, token, &body.to_string())).await
}

/// The text in a field; empty where there is none, which the next request is refused for.
fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}
