//! The account's events, from `GET /v1/events`.

use std::time::Duration;

use cardium_api_v1::webhook_url::is_loopback;
use cardium_vault::SecretText;
use reqwest::{Client, Response, StatusCode, Url, header::RETRY_AFTER};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ListenError, client, tame, url};
use crate::causes::with_causes;

/// How long the server is asked to wait for an event, in seconds.
const WAIT: &str = "30";
/// How long an answer may take: the wait, and room for the way.
const TIMEOUT: Duration = Duration::from_secs(45);
/// The longest list that is read: a hundred events of more than the greatest size.
const LIST_BYTES: usize = 16 * 1_024 * 1_024;
/// The longest refusal that is read.
const REFUSAL_BYTES: usize = 64 * 1_024;
/// The longest pause that a server's `Retry-After` is obeyed for.
const PAUSE_MAX: u64 = 3_600;

/// What the server said instead of events.
pub(super) enum Trouble {
    /// It will say the same again.
    Refused(String),
    /// It may answer later: after this pause, where it named one.
    Away(String, Option<Duration>),
}

/// A stretch of the stream. Events stay as they came, byte for byte.
#[derive(Deserialize)]
pub(super) struct Stretch {
    pub(super) data: Vec<Box<RawValue>>,
    pub(super) next_after_seq: i64,
    pub(super) last_seq: i64,
}

impl Stretch {
    /// Whether nothing is there, and nothing more is to be had at once.
    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty() && self.next_after_seq >= self.last_seq
    }
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

/// The server with a credential.
pub(super) struct Api {
    client: Client,
    events: Url,
    key: SecretText,
}

impl Api {
    pub(super) fn new(
        base: &str,
        key: SecretText,
        types: Option<&str>,
    ) -> Result<Self, ListenError> {
        let mut events = url(base, "--api-url")?;
        let path = format!("{}/v1/events", events.path().trim_end_matches('/'));
        events.set_path(&path);
        if let Some(types) = types.filter(|types| *types != "*") {
            events.query_pairs_mut().append_pair("type", types);
        }
        Ok(Self { client: client(TIMEOUT)?, events, key })
    }

    /// Whether the key goes over a network in plain text.
    pub(super) fn is_overheard(&self) -> bool {
        let here = self.events.host().is_some_and(|host| is_loopback(&host));
        self.events.scheme() == "http" && !here
    }

    /// What follows after this number, once there is something; without a number the last one.
    pub(super) async fn read(&self, after: Option<i64>) -> Result<Stretch, Trouble> {
        let mut url = self.events.clone();
        match after {
            None => url.query_pairs_mut().append_pair("limit", "1"),
            Some(after) => url
                .query_pairs_mut()
                .append_pair("limit", "100")
                .append_pair("after_seq", &after.to_string())
                .append_pair("wait_seconds", WAIT),
        };
        let request = self.client.get(url).bearer_auth(self.key.expose());
        let response = request.send().await.map_err(away)?;
        if response.status() != StatusCode::OK {
            return Err(trouble(response).await);
        }
        let body = read(response, LIST_BYTES).await.map_err(away)?;
        let odd = |_| Trouble::Refused("its answer is no list of events".to_owned());
        serde_json::from_slice(&body).map_err(odd)
    }
}

/// The URL is known, and has nothing to do with what went wrong.
fn away(error: reqwest::Error) -> Trouble {
    Trouble::Away(with_causes(&error.without_url()), None)
}

async fn trouble(response: Response) -> Trouble {
    let status = response.status();
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.and_then(|text| text.parse().ok());
    let pause = after.map(|seconds: u64| Duration::from_secs(seconds.min(PAUSE_MAX)));
    let body = read(response, REFUSAL_BYTES).await.unwrap_or_default();
    let said = match serde_json::from_slice::<Refusal>(&body) {
        Ok(Refusal { code, message }) => tame(&format!("{} {code}: {message}", status.as_u16())),
        Err(_) => status.to_string(),
    };
    if passes(status) { Trouble::Away(said, pause) } else { Trouble::Refused(said) }
}

/// The beginning of an answer's body; what is longer does not read as JSON.
async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = most.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if body.len() >= most {
            break;
        }
    }
    Ok(body)
}

/// Whether the same request may be answered otherwise later.
fn passes(status: StatusCode) -> bool {
    let for_now = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || for_now.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_found_below_the_servers_address() {
        let of = |base: &str, types| {
            let key = SecretText::from("ccm_test_x".to_owned());
            Api::new(base, key, types).map(|api| api.events.to_string()).ok()
        };
        for (base, types, events) in [
            ("http://127.0.0.1:8080", None, "http://127.0.0.1:8080/v1/events"),
            ("https://api.example.com/", Some("*"), "https://api.example.com/v1/events"),
            (
                "https://a.b/cards",
                Some("card.issued"),
                "https://a.b/cards/v1/events?type=card.issued",
            ),
        ] {
            assert_eq!(of(base, types).as_deref(), Some(events), "{base}");
        }
        for base in ["", "127.0.0.1:8080", "ftp://a.b"] {
            assert_eq!(of(base, None), None, "{base}");
        }
    }

    #[test]
    fn only_what_passes_is_asked_again() {
        for (status, again) in [(401, false), (410, false), (429, true), (500, true), (503, true)] {
            assert_eq!(passes(StatusCode::from_u16(status).unwrap()), again, "{status}");
        }
    }
}
