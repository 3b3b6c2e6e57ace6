//! Splitting a byte stream into messages, and the header before each.
//!
//! Pure: the caller reads and writes the socket. After an error the stream's position is lost,
//! so the connection must be closed; the reader repeats the error and drops what it is given.

use std::fmt;

use crate::WireBytes;
use crate::decode::{DecodeReason, measure};
use crate::wire::{FrameHeader, WireFormat};

/// The longest message, header excluded. Real ones stay below 2 KB; the cap bounds what a peer
/// can make us hold before it has said anything valid.
pub const MAX_FRAME: usize = 8192;

/// Why a stream cannot be split, or a payload not be sent. The connection must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length is zero.
    #[error("a frame is empty")]
    Empty,
    /// The length is above [`MAX_FRAME`].
    #[error("a frame of {length} bytes is above the limit of {MAX_FRAME}")]
    Oversized {
        /// The length announced, or the bytes held without finding an end.
        length: usize,
    },
    /// The four-character length is not digits.
    #[error("a frame length is not four digits")]
    InvalidLength,
    /// Without headers, only a readable structure tells where a message ends.
    #[error("a message without a frame header has no readable structure: {reason}")]
    NoStructure {
        /// What stopped the reading.
        reason: DecodeReason,
    },
}

/// `payload` with the header of `format` before it.
///
/// # Errors
/// If the payload is empty or longer than [`MAX_FRAME`].
pub fn frame(payload: &[u8], format: &WireFormat) -> Result<WireBytes, FrameError> {
    let length = checked(payload.len())?;
    let mut out = WireBytes::new(Vec::with_capacity(length + 4));
    match format.header {
        FrameHeader::None => {}
        FrameHeader::TwoByte => {
            let length = u16::try_from(length).expect("MAX_FRAME is below 65536");
            out.extend_from_slice(&length.to_be_bytes());
        }
        FrameHeader::FourAscii => out.extend_from_slice(format!("{length:04}").as_bytes()),
    }
    out.extend_from_slice(payload);
    Ok(out)
}

/// Splits what is pushed into frames, however the stream was cut.
///
/// It holds at most one incomplete frame plus one pushed chunk, if the caller takes all frames
/// out before it pushes again.
pub struct FrameReader {
    format: WireFormat,
    buffer: WireBytes,
    /// Bytes before this have been handed out.
    start: usize,
    failed: Option<FrameError>,
}

impl FrameReader {
    /// A reader at the start of a stream.
    #[must_use]
    pub fn new(format: WireFormat) -> Self {
        Self { format, buffer: WireBytes::default(), start: 0, failed: None }
    }

    /// Adds bytes as they came from the stream.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let needed = self.buffer.len().saturating_add(chunk.len());
        if needed > self.buffer.capacity() {
            // Not `reserve`: it would free the old bytes without overwriting them.
            let mut larger = WireBytes::new(Vec::with_capacity(needed.next_power_of_two()));
            larger.extend_from_slice(&self.buffer);
            self.buffer = larger;
        }
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole message without its header; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// If the stream cannot be split any further; every later call answers the same.
    pub fn next_frame(&mut self) -> Result<Option<WireBytes>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.split().inspect_err(|error| {
            self.failed = Some(*error);
            self.buffer = WireBytes::default();
            self.start = 0;
        })
    }

    /// Bytes held that do not make a whole frame yet; not zero at the end of a stream means that
    /// the peer broke off within a message.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.unread().len()
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn split(&mut self) -> Result<Option<WireBytes>, FrameError> {
        let Some((header, length)) = self.header()? else {
            return Ok(None);
        };
        let Some(payload) = self.unread().get(header..header + length) else {
            return Ok(None);
        };
        let payload = WireBytes::new(payload.to_vec());
        self.start += header + length;
        Ok(Some(payload))
    }

    /// The sizes of the header and of the payload behind it, once both are known.
    fn header(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let unread = self.unread();
        match self.format.header {
            FrameHeader::None => self.measured(),
            FrameHeader::TwoByte => match unread.first_chunk::<2>() {
                Some(bytes) => Ok(Some((2, checked(usize::from(u16::from_be_bytes(*bytes)))?))),
                None => Ok(None),
            },
            FrameHeader::FourAscii => match unread.first_chunk::<4>() {
                Some(digits) => Ok(Some((4, checked(decimal(digits)?)?))),
                None => Ok(None),
            },
        }
    }

    fn measured(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let unread = self.unread();
        let visible = &unread[..unread.len().min(MAX_FRAME)];
        match measure(visible, &self.format) {
            Ok(Some(length)) => Ok(Some((0, length))),
            Ok(None) if visible.len() == MAX_FRAME => {
                Err(FrameError::Oversized { length: unread.len() })
            }
            Ok(None) => Ok(None),
            Err(reason) => Err(FrameError::NoStructure { reason }),
        }
    }
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FrameReader")
            .field("format", &self.format)
            .field("pending", &self.pending())
            .field("failed", &self.failed)
            .finish()
    }
}

const fn checked(length: usize) -> Result<usize, FrameError> {
    match length {
        0 => Err(FrameError::Empty),
        1..=MAX_FRAME => Ok(length),
        _ => Err(FrameError::Oversized { length }),
    }
}

fn decimal(digits: &[u8; 4]) -> Result<usize, FrameError> {
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + usize::from(digit - b'0')),
        _ => Err(FrameError::InvalidLength),
    })
}
