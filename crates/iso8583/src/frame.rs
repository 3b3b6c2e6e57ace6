//! Splitting a byte stream into messages, and the header before each.
//!
//! Pure: the caller reads and writes the socket. After an error the stream's position is lost,
//! so the connection must be closed; the reader repeats the error and drops what it is given.

use std::fmt;

use zeroize::Zeroize;

use crate::WireBytes;
use crate::decode::{DecodeReason, measure};
use crate::tpdu::{InvalidTpdu, Tpdu};
use crate::wire::{FrameHeader, TransportHeader, WireFormat};

/// The longest message with its TPDU, frame header excluded. Real ones stay below 2 KB; the cap
/// bounds what a peer can make us hold before it has said anything valid.
pub const MAX_FRAME: usize = 8192;

/// Why a stream cannot be split, or a payload not be sent. The connection must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length is zero, or leaves nothing behind the TPDU.
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
    /// What should be a TPDU is none.
    #[error(transparent)]
    InvalidTpdu(#[from] InvalidTpdu),
    /// Without headers, only a readable structure tells where a message ends.
    #[error("a message without a frame header has no readable structure: {reason}")]
    NoStructure {
        /// What stopped the reading.
        reason: DecodeReason,
    },
}

/// One message as it came, without its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// How it was routed, on connections whose messages tell.
    pub tpdu: Option<Tpdu>,
    /// The message's bytes.
    pub payload: WireBytes,
}

impl Frame {
    /// The TPDU that the answer to this frame carries.
    #[must_use]
    pub fn answer_tpdu(&self) -> Option<Tpdu> {
        self.tpdu.map(Tpdu::swapped)
    }
}

/// `payload` with the headers of `format` before it, and a TPDU of zeros where it has one.
///
/// # Errors
/// As [`frame_to`].
pub fn frame(payload: &[u8], format: &WireFormat) -> Result<WireBytes, FrameError> {
    frame_to(payload, None, format)
}

/// [`frame`] with this TPDU; it is left out where `format` has none.
///
/// # Errors
/// If the payload is empty, or with its TPDU longer than [`MAX_FRAME`].
pub fn frame_to(
    payload: &[u8],
    tpdu: Option<Tpdu>,
    format: &WireFormat,
) -> Result<WireBytes, FrameError> {
    let length = checked(payload.len().saturating_add(format.transport.size()), format)?;
    let mut out = WireBytes::new(Vec::with_capacity(length + 4));
    match format.header {
        FrameHeader::None => {}
        FrameHeader::TwoByte => {
            let length = u16::try_from(length).expect("MAX_FRAME is below 65536");
            out.extend_from_slice(&length.to_be_bytes());
        }
        FrameHeader::FourAscii => out.extend_from_slice(format!("{length:04}").as_bytes()),
    }
    match format.transport {
        TransportHeader::None => {}
        TransportHeader::Tpdu => out.extend(tpdu.unwrap_or_default().to_bytes()),
    }
    out.extend_from_slice(payload);
    Ok(out)
}

/// Splits what is pushed into frames, however the stream was cut.
///
/// It holds at most one incomplete frame plus one pushed chunk, if the caller takes all frames
/// out before it pushes again. Bytes that were handed out are overwritten at once.
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
        self.compact();
        let needed = self.buffer.len().saturating_add(chunk.len());
        if needed > self.buffer.capacity() {
            // Not `reserve`: it would free the old bytes without overwriting them.
            let mut larger = WireBytes::new(Vec::with_capacity(needed.next_power_of_two()));
            larger.extend_from_slice(&self.buffer);
            self.buffer = larger;
        }
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole message without its headers; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// If the stream cannot be split any further; every later call answers the same.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
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

    /// Moves what is unread to the front. Not `drain`: it would leave a copy behind the end.
    fn compact(&mut self) {
        let kept = self.pending();
        self.buffer.copy_within(self.start.., 0);
        self.buffer[kept..].zeroize();
        self.buffer.truncate(kept);
        self.start = 0;
    }

    fn split(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some((header, length)) = self.header()? else {
            return Ok(None);
        };
        let Some(bytes) = self.unread().get(header..header + length) else {
            return Ok(None);
        };
        let (transport, payload) = bytes.split_at(self.format.transport.size());
        let tpdu = transport.first_chunk().map(|bytes| Tpdu::from_bytes(*bytes)).transpose()?;
        let frame = Frame { tpdu, payload: WireBytes::new(payload.to_vec()) };
        let end = self.start + header + length;
        self.buffer[self.start..end].zeroize();
        self.start = end;
        Ok(Some(frame))
    }

    /// The sizes of the header and of what its length counts, once both are known.
    fn header(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let unread = self.unread();
        let (size, length) = match self.format.header {
            FrameHeader::None => return self.measured(),
            FrameHeader::TwoByte => match unread.first_chunk::<2>() {
                Some(bytes) => (2, usize::from(u16::from_be_bytes(*bytes))),
                None => return Ok(None),
            },
            FrameHeader::FourAscii => match unread.first_chunk::<4>() {
                Some(digits) => (4, decimal(digits)?),
                None => return Ok(None),
            },
        };
        Ok(Some((size, checked(length, &self.format)?)))
    }

    fn measured(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let unread = self.unread();
        let visible = &unread[..unread.len().min(MAX_FRAME)];
        let transport = self.format.transport.size();
        // Before it is measured: a stream without any TPDU is no message either.
        if let (1.., Some(bytes)) = (transport, visible.first_chunk()) {
            Tpdu::from_bytes(*bytes)?;
        }
        let message = visible.get(transport..).unwrap_or_default();
        match measure(message, &self.format) {
            Ok(Some(length)) => Ok(Some((0, transport + length))),
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

const fn checked(length: usize, format: &WireFormat) -> Result<usize, FrameError> {
    if length > MAX_FRAME {
        return Err(FrameError::Oversized { length });
    }
    if length <= format.transport.size() {
        return Err(FrameError::Empty);
    }
    Ok(length)
}

fn decimal(digits: &[u8; 4]) -> Result<usize, FrameError> {
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + usize::from(digit - b'0')),
        _ => Err(FrameError::InvalidLength),
    })
}

#[cfg(test)]
mod tests {
    use super::{FrameReader, frame};
    use crate::wire::WireFormat;

    #[test]
    fn what_was_handed_out_is_overwritten() {
        let format = WireFormat::default();
        let [first, second] = [b"first frame", b"other frame"].map(|p| frame(p, &format).unwrap());
        let mut reader = FrameReader::new(format);
        reader.push(&[first.as_slice(), &second[..4]].concat());
        assert_eq!(reader.next_frame().unwrap().unwrap().payload.as_slice(), b"first frame");
        assert_eq!(reader.buffer[..reader.start], vec![0; first.len()]);
        assert_eq!(reader.pending(), 4, "what is not whole stays");
        reader.push(&second[4..]);
        assert_eq!(reader.next_frame().unwrap().unwrap().payload.as_slice(), b"other frame");
        assert_eq!(*reader.buffer, vec![0; second.len()]);
        assert_eq!(reader.next_frame(), Ok(None));
    }
}
