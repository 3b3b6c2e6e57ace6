//! Forms (`multipart/form-data`, RFC 7578), read part by part as they arrive.
//!
//! Nothing of a file is held beyond a few pieces; where a part's head, or what stands between two
//! parts, would have to be, it is refused. Deliberately absent: what the parts mean (the
//! handler's).

use std::{
    cell::Cell,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    error::PayloadError,
    http::header::{CONTENT_TYPE, HeaderMap},
    web::{self, Bytes},
};
use cardium_api_v1::operation::{Carries, Operation};
use cardium_kernel::{ErrorCode, Problem};
use futures_core::Stream;
use tokio::time::{Instant, timeout};

use crate::{
    body::{declared_length, essence, too_large},
    pace::Pace,
};

/// What may arrive without a piece of a part in it: heads and boundaries of parts are a few hundred
/// bytes. The parser keeps that much, and searches it anew with each arrival.
const MOST_BETWEEN: usize = 1024 * 1_024;
/// What a form may have beside its file.
const ENVELOPE: usize = 256 * 1_024;

/// Whether a request comes as a form that its operation takes.
pub fn is_form(operation: &Operation, headers: &HeaderMap) -> bool {
    let declared = || essence(headers).eq_ignore_ascii_case("multipart/form-data");
    operation.carries == Carries::JsonOrForm && declared()
}

/// A form that is about to be read.
pub struct Form {
    parts: Multipart,
    metered: Metered,
    declared: Option<usize>,
    has_boundary: bool,
}

/// How much arrived and how fast; shared by the form and the stream below its parser.
#[derive(Clone, Default)]
struct Metered {
    between: Rc<Cell<usize>>,
    all: Rc<Cell<usize>>,
    most: Rc<Cell<usize>>,
    ended: Rc<Cell<bool>>,
    pace: Rc<Cell<Pace>>,
}

/// The request's bytes, counted.
struct Counted {
    payload: web::Payload,
    metered: Metered,
}

impl Stream for Counted {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.payload).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            let Metered { between, all, most, .. } = &self.metered;
            between.set(between.get().saturating_add(bytes.len()));
            all.set(all.get().saturating_add(bytes.len()));
            if all.get() > most.get() || between.get() > MOST_BETWEEN {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
        }
        if matches!(polled, Poll::Ready(None)) {
            self.metered.ended.set(true);
        }
        polled
    }
}

impl Form {
    /// The form in a request's body.
    pub fn new(headers: &HeaderMap, payload: web::Payload) -> Self {
        let metered = Metered::default();
        let counted = Counted { payload, metered: metered.clone() };
        Self {
            parts: Multipart::new(headers, counted),
            metered,
            declared: declared_length(headers),
            has_boundary: has_boundary(headers),
        }
    }

    /// Bounds what the form's file may hold, and how long the form may pause.
    ///
    /// # Errors
    /// `body_too_large` where it says that it is larger, `unsupported_media_type` where nobody
    /// can tell its parts apart.
    pub fn limit(&self, file: usize, pause: Duration) -> Result<(), Problem> {
        let most = file.saturating_add(ENVELOPE);
        self.metered.most.set(most);
        self.metered.pace.set(Pace::new(pause));
        if self.declared.is_some_and(|length| length > most) {
            return Err(too_large(file));
        }
        if !self.has_boundary {
            let message = "A form must be declared with its boundary.";
            let code = ErrorCode::UnsupportedMediaType;
            return Err(Problem::field(code, "Content-Type", message));
        }
        Ok(())
    }

    /// The next part, unless that was the last one.
    ///
    /// # Errors
    /// `body_too_large`, `request_timeout` or `invalid_field`.
    pub async fn part(&mut self) -> Result<Option<Part>, Problem> {
        let part = next(&mut self.parts, &self.metered).await?;
        self.metered.between.set(0);
        let metered = self.metered.clone();
        Ok(part.map(|field| Part { field, metered }))
    }
}

/// A part of a form. It must be read to its end before the next one is.
pub struct Part {
    field: Field,
    metered: Metered,
}

impl Part {
    /// Its name.
    pub fn name(&self) -> String {
        self.field.name().unwrap_or_default().to_owned()
    }

    /// What its sender calls the file in it.
    pub fn filename(&self) -> Option<String> {
        let head = self.field.content_disposition()?;
        let extended = head.get_filename_ext().map(|name| name.value.clone());
        match extended {
            Some(bytes) => String::from_utf8(bytes).ok(),
            None => head.get_filename().map(str::to_owned),
        }
    }

    /// Its type, as declared.
    pub fn content_type(&self) -> Option<&str> {
        self.field.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The next bytes of it.
    ///
    /// # Errors
    /// As [`Form::part`].
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Problem> {
        let piece = next(&mut self.field, &self.metered).await?;
        self.metered.between.set(0);
        Ok(piece)
    }

    /// All of it; none where it has more than this many bytes.
    ///
    /// # Errors
    /// As [`Form::part`].
    pub async fn bytes(&mut self, most: usize) -> Result<Option<Vec<u8>>, Problem> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    }
}

/// The next item of a stream, as long as the form keeps its pace. The parser goes on waiting where
/// the form ends in the middle of a boundary, though nothing will ever come.
async fn next<S, T>(stream: &mut S, metered: &Metered) -> Result<Option<T>, Problem>
where
    S: Stream<Item = Result<T, MultipartError>> + Unpin,
{
    let item = poll_fn(|context| match Pin::new(&mut *stream).poll_next(context) {
        Poll::Pending if metered.ended.get() => Poll::Ready(Some(Err(MultipartError::Incomplete))),
        polled => polled,
    });
    let (started, before, pace) = (Instant::now(), metered.all.get(), metered.pace.get());
    let item = timeout(pace.left(), item).await.map_err(|_| too_slow())?;
    let arrived = metered.all.get().saturating_sub(before);
    metered.pace.set(pace.after(started.elapsed(), arrived));
    item.transpose().map_err(|error| refuse(&error))
}

/// The form stopped arriving.
pub fn too_slow() -> Problem {
    Problem::new(ErrorCode::RequestTimeout, "The form took too long to arrive.")
}

fn refuse(error: &MultipartError) -> Problem {
    if matches!(error, MultipartError::Payload(PayloadError::Overflow)) {
        return Problem::new(ErrorCode::BodyTooLarge, "The form is larger than it may be.");
    }
    let message = "The form was cut off, or its parts cannot be told apart (RFC 7578).";
    Problem::field(ErrorCode::InvalidField, "body", message)
}

/// Whether the declared type has a boundary between parts (RFC 2046: 1 to 70 characters).
fn has_boundary(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let parameters = declared.unwrap_or_default().split(';').skip(1);
    let mut boundaries = parameters.filter_map(|text| {
        let (name, value) = text.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    });
    boundaries.next().is_some_and(|boundary| (1..=70).contains(&boundary.len()))
}
