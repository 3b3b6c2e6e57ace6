//! Files on their way out, a piece at a time. They are handed over to be kept, never to be run: as
//! attachments of the type that was checked when they came, which no browser may second-guess.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpResponse,
    body::SizedStream,
    error::ErrorInternalServerError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::{self, Bytes},
};
use cardium_app::blobs::{BlobError, BlobStore};
use cardium_disputes::FileType;
use cardium_kernel::BlobId;
use futures_core::Stream;

/// A file that is handed over.
pub struct Download {
    /// Where files are kept.
    pub blobs: Arc<dyn BlobStore>,
    /// The file's id.
    pub blob: BlobId,
    /// How many bytes it has.
    pub size: u64,
    /// What its sender called it.
    pub filename: String,
    /// Its type.
    pub file_type: FileType,
}

impl Download {
    /// The file as an answer.
    pub fn respond(self, status: u16) -> HttpResponse {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        let disposition = format!("attachment; filename*=UTF-8''{}", escaped(&self.filename));
        let fixed = HeaderValue::from_static;
        response
            .content_type(self.file_type.as_str())
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")))
            .insert_header((header::CONTENT_SECURITY_POLICY, fixed("sandbox")))
            .insert_header((header::CACHE_CONTROL, fixed("no-store")));
        let pieces =
            Pieces { blobs: self.blobs, blob: self.blob, place: 0, left: self.size, next: None };
        response.body(SizedStream::new(self.size, pieces))
    }
}

/// A name as a parameter of a header (RFC 8187).
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes().fold(String::new(), |mut text, byte| {
        match plain(byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
        text
    })
}

type Reading = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, Error>>>>;

/// The bytes of a file, read off the event loop when they are asked for.
struct Pieces {
    blobs: Arc<dyn BlobStore>,
    blob: BlobId,
    place: u32,
    left: u64,
    next: Option<Reading>,
}

impl Pieces {
    fn read(&self) -> Reading {
        let (blobs, blob, place) = (Arc::clone(&self.blobs), self.blob, self.place);
        Box::pin(async move {
            let piece = web::block(move || blobs.piece(blob, place)).await;
            let piece = piece.map_err(|_| lost("a blocking task was lost"))?;
            piece.map_err(|BlobError(detail)| lost(&detail))
        })
    }
}

/// The connection is broken off, since the answer has begun.
fn lost(detail: &str) -> Error {
    tracing::error!(detail, "a file cannot be read");
    ErrorInternalServerError("the file cannot be read")
}

impl Stream for Pieces {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut reading = match self.next.take() {
            Some(reading) => reading,
            None => self.read(),
        };
        let Poll::Ready(piece) = reading.as_mut().poll(context) else {
            self.next = Some(reading);
            return Poll::Pending;
        };
        let bytes = match piece {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Poll::Ready(Some(Err(lost("a piece is missing")))),
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        self.place = self.place.saturating_add(1);
        self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(bytes.into())))
    }
}
