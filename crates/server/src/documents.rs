//! Fetches the documents that describe OAuth clients (Client ID Metadata Documents).
//!
//! The address comes from a stranger, so what holds for webhooks holds here: the URL is judged by
//! its text, its name by every address that it has, and what was judged is what is dialled.
//! Deliberately absent: redirects, proxies, cookies, and any second try.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use cardium_api_v1::webhook_url::{Reach, check_webhook_url};
use cardium_auth::oauth::DOCUMENT_BYTES;
use cardium_http::{
    BoxFuture, NameLookup,
    oauth::{ClientDocuments, DocumentFailure, FetchedDocument},
};
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap},
};
use tokio::sync::{OnceCell, Semaphore};

use crate::workers::guarded_client;

/// From the name look-up to the last byte.
const PATIENCE: Duration = Duration::from_secs(3);
/// Documents on their way at once.
const AT_ONCE: usize = 16;

const BUSY: DocumentFailure = DocumentFailure("Too many client documents are being fetched.");
/// How long a document that could not be had, or not be used, is not asked for again.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Fetches that are remembered at most.
const MOST: usize = 1_000;

/// Fetches documents.
pub struct Documents {
    client: Client,
    reach: Reach,
    room: Semaphore,
    flights: Mutex<HashMap<String, Flight>>,
}

type Fetched = Result<FetchedDocument, DocumentFailure>;

/// One fetch, which everybody who wants the document waits for. A failure stays for a while, and so
/// does a document that describes no client.
struct Flight {
    begun: Instant,
    outcome: Arc<OnceCell<Fetched>>,
    unfit: bool,
}

impl Flight {
    fn new() -> Self {
        Self { begun: Instant::now(), outcome: Arc::default(), unfit: false }
    }

    /// Whether it still answers for its address.
    fn counts(&self) -> bool {
        let fresh = self.begun.elapsed() < REMEMBERED;
        fresh && (self.unfit || self.outcome.get().is_none_or(Result::is_err))
    }
}

impl Documents {
    /// Fetches from so far away.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn try_new(reach: Reach, names: Arc<dyn NameLookup>) -> Result<Self, reqwest::Error> {
        let client = guarded_client((reach, names), PATIENCE)?;
        let room = Semaphore::new(AT_ONCE);
        Ok(Self { client, reach, room, flights: Mutex::default() })
    }

    /// The fetch of this address that is on its way, or failed a moment ago, or begins now.
    fn flight(&self, url: &str) -> Arc<OnceCell<Fetched>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() >= MOST {
            flights.retain(|_, flight| flight.counts());
        }
        if flights.len() >= MOST {
            return Arc::default();
        }
        let flight = flights.entry(url.to_owned()).or_insert_with(Flight::new);
        if !flight.counts() {
            *flight = Flight::new();
        }
        Arc::clone(&flight.outcome)
    }

    async fn share(&self, url: &str) -> Fetched {
        let flight = self.flight(url);
        let fetched = flight.get_or_init(|| self.exchange(url)).await.clone();
        if fetched == Err(BUSY) {
            // Nothing of it is the document's fault.
            self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(url);
        }
        fetched
    }

    async fn exchange(&self, url: &str) -> Result<FetchedDocument, DocumentFailure> {
        let _place = self.room.try_acquire().map_err(|_| BUSY)?;
        let forbidden = |_| DocumentFailure("client_id must be a URL of a public host.");
        check_webhook_url(url, self.reach).map_err(forbidden)?;
        let lost = |_| DocumentFailure("The client's document could not be fetched.");
        let request = self.client.get(url).header(ACCEPT, "application/json");
        let response = request.send().await.map_err(lost)?;
        if response.status() != StatusCode::OK {
            return Err(DocumentFailure("The client's document was not answered with 200."));
        }
        if !is_json(response.headers()) {
            return Err(DocumentFailure("The client's document is not declared as JSON."));
        }
        let max_age = max_age(response.headers());
        Ok(FetchedDocument { bytes: read(response).await?, max_age })
    }
}

impl ClientDocuments for Documents {
    fn fetch(&self, url: String) -> BoxFuture<'_, Result<FetchedDocument, DocumentFailure>> {
        Box::pin(async move { self.share(&url).await })
    }

    fn note_unfit(&self, url: &str) {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get_mut(url) {
            flight.unfit = true;
        }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, DocumentFailure> {
    let mut bytes = Vec::new();
    let lost = |_| DocumentFailure("The client's document broke off.");
    while let Some(piece) = response.chunk().await.map_err(lost)? {
        if bytes.len().saturating_add(piece.len()) > DOCUMENT_BYTES {
            return Err(DocumentFailure("The client's document has more than 5 KB."));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = declared.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// How long the document may be kept, as its server says; none where it says nothing, or that it
/// may not be kept.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(CACHE_CONTROL)?.to_str().ok()?.to_ascii_lowercase();
    let mut rules = said.split(',').map(str::trim);
    if rules.clone().any(|rule| matches!(rule, "no-store" | "no-cache")) {
        return None;
    }
    let seconds = rules.find_map(|rule| rule.strip_prefix("max-age="));
    Some(Duration::from_secs(seconds?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_document_is_kept_as_long_as_its_server_says() {
        let age = |text: &'static str| {
            let headers = [(CACHE_CONTROL, HeaderValue::from_static(text))].into_iter().collect();
            max_age(&headers).map(|age| age.as_secs())
        };
        assert_eq!(age("public, max-age=600"), Some(600));
        assert_eq!(age("Max-Age=0"), Some(0));
        for text in ["no-store, max-age=600", "private", "max-age=x", "max-age=-1", ""] {
            assert_eq!(age(text), None, "{text}");
        }
        assert_eq!(max_age(&HeaderMap::new()), None);
    }

    #[test]
    fn a_document_is_declared_as_json() {
        let json = |text: &'static str| {
            is_json(&[(CONTENT_TYPE, HeaderValue::from_static(text))].into_iter().collect())
        };
        assert!(json("application/json; charset=utf-8") && json("Application/Client+JSON"));
        assert!(!json("text/html") && !json("") && !json("application/jsonp"));
    }
}
