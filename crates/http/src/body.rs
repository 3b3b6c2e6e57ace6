//! Request bodies: bounded in size and time, declared as JSON.

use std::{future::poll_fn, pin::Pin};

use actix_web::{
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap},
    web::{self, Bytes},
};
use cardium_api_v1::{body::Body, operation::Access};
use cardium_app::CommandError;
use cardium_kernel::{ErrorCode, Problem};
use futures_core::Stream as _;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};

use crate::{HttpSettings, block::block};

/// Bodies up to this size are parsed on the event loop; that takes microseconds.
const SMALL: usize = 64 * 1_024;

/// Whoever is not signed in sends an address, a password and a code: some 4 KiB at most, however
/// they are escaped.
const PUBLIC: usize = 16 * 1_024;

/// Bodies of which more than [`SMALL`] has arrived wait for one of these places and keep it until
/// their request is answered: memory stays bounded however many come at once. What is merely
/// announced takes none.
static LARGE: Semaphore = Semaphore::const_new(8);

/// A body with the place that it takes.
#[derive(Default)]
pub struct Arrived {
    pub body: Body,
    /// Whether work on it is to be done off the event loop.
    pub weight: Weight,
    pub place: Option<SemaphorePermit<'static>>,
}

/// How much work a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    #[default]
    Light,
    Heavy,
}

/// The bytes of a body with the place that they take.
pub struct Received {
    pub bytes: Bytes,
    pub place: Option<SemaphorePermit<'static>>,
}

impl Received {
    /// How much work they are.
    pub const fn weight(&self) -> Weight {
        if self.bytes.len() <= SMALL { Weight::Light } else { Weight::Heavy }
    }

    /// The object that they are.
    ///
    /// # Errors
    /// `invalid_json` or `invalid_field`.
    pub async fn parse(&self) -> Result<Body, CommandError> {
        let bytes = self.bytes.clone();
        match self.weight() {
            Weight::Light => Ok(Body::parse(&bytes)?),
            Weight::Heavy => Ok(block(move || Body::parse(&bytes)).await??),
        }
    }
}

/// Reads and parses the body of a write.
///
/// # Errors
/// `unsupported_media_type`, `invalid_json`, `invalid_field`, or as [`receive`].
pub async fn read(
    headers: &HeaderMap,
    payload: web::Payload,
    how: (Access, &HttpSettings),
) -> Result<Arrived, CommandError> {
    let received = receive(headers, payload, how).await?;
    if received.bytes.is_empty() {
        return Ok(Arrived::default());
    }
    check_type(headers)?;
    let body = received.parse().await?;
    Ok(Arrived { body, weight: received.weight(), place: received.place })
}

/// Reads a body.
///
/// # Errors
/// `body_too_large`, `request_timeout` or `service_unavailable`.
pub async fn receive(
    headers: &HeaderMap,
    payload: web::Payload,
    (access, settings): (Access, &HttpSettings),
) -> Result<Received, CommandError> {
    let most = match access {
        Access::Public => settings.body_limit.min(PUBLIC),
        Access::Bearer(_) | Access::Own(_) | Access::Session => settings.body_limit,
    };
    if declared_length(headers).is_some_and(|length| length > most) {
        return Err(too_large(most).into());
    }
    let deadline = Instant::now() + settings.body_patience;
    let late = |_| too_slow(settings);
    let mut arriving = Arriving { payload, bytes: Vec::new(), most };
    timeout_at(deadline, arriving.read(SMALL)).await.map_err(late)??;
    let mut place = None;
    if arriving.bytes.len() > SMALL {
        place = timeout_at(deadline, LARGE.acquire()).await.map_err(|_| no_place())?.ok();
        timeout_at(deadline, arriving.read(most)).await.map_err(late)??;
    }
    Ok(Received { bytes: arriving.bytes.into(), place })
}

/// Reads a small body as it is.
///
/// # Errors
/// `body_too_large`, `request_timeout` or `invalid_json`.
pub async fn read_raw(
    payload: web::Payload,
    (most, settings): (usize, &HttpSettings),
) -> Result<Vec<u8>, CommandError> {
    let deadline = Instant::now() + settings.body_patience;
    let mut arriving = Arriving { payload, bytes: Vec::new(), most };
    let read = timeout_at(deadline, arriving.read(most)).await;
    read.map_err(|_| too_slow(settings))??;
    Ok(arriving.bytes)
}

/// A body on its way.
struct Arriving {
    payload: web::Payload,
    bytes: Vec<u8>,
    most: usize,
}

impl Arriving {
    /// Reads until there is more than this, or no more.
    async fn read(&mut self, enough: usize) -> Result<(), Problem> {
        while self.bytes.len() <= enough {
            let piece = poll_fn(|context| Pin::new(&mut self.payload).poll_next(context)).await;
            let Some(piece) = piece else { break };
            let piece = piece.map_err(|_| cut_off("The body was cut off."))?;
            if self.bytes.len().saturating_add(piece.len()) > self.most {
                return Err(too_large(self.most));
            }
            self.bytes.extend_from_slice(&piece);
        }
        Ok(())
    }
}

pub fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The declared type without its parameters.
pub fn essence(headers: &HeaderMap) -> &str {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    declared.unwrap_or("").split(';').next().unwrap_or("").trim()
}

/// Whether a body is declared as JSON.
pub fn is_declared_json(headers: &HeaderMap) -> bool {
    essence(headers).eq_ignore_ascii_case("application/json")
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    if is_declared_json(headers) {
        return Ok(());
    }
    let message = "The body must be declared as Content-Type: application/json.";
    Err(Problem::field(ErrorCode::UnsupportedMediaType, "Content-Type", message))
}

pub fn too_large(most: usize) -> Problem {
    let message = format!("The body may have at most {most} bytes.");
    Problem::new(ErrorCode::BodyTooLarge, message)
}

/// Not the caller's fault: bodies of others are in the way.
fn no_place() -> Problem {
    let message = "Too many large bodies are under way. Try again shortly.";
    Problem::new(ErrorCode::ServiceUnavailable, message)
}

fn too_slow(settings: &HttpSettings) -> Problem {
    let patience = settings.body_patience.as_secs();
    let message = format!("The body did not arrive within {patience} s.");
    Problem::new(ErrorCode::RequestTimeout, message)
}

fn cut_off(message: &str) -> Problem {
    Problem::new(ErrorCode::InvalidJson, message)
}
