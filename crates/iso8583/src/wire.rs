//! What differs between connections: configuration, never detected from the bytes.

/// How one connection writes messages. The default is ASCII fields, a binary bitmap and a
/// two-byte length before each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct WireFormat {
    /// How bitmaps are written.
    pub bitmap: BitmapEncoding,
    /// How the message type, length prefixes and numeric fields are written.
    pub numerics: NumericEncoding,
    /// What stands before each message on the stream.
    pub header: FrameHeader,
    /// What stands between that and the message.
    pub transport: TransportHeader,
}

/// How a bitmap of 64 bits is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BitmapEncoding {
    /// Eight raw bytes.
    #[default]
    Binary,
    /// Sixteen hexadecimal digits; upper case when written, either case when read.
    Hex,
}

/// How digits are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NumericEncoding {
    /// One ASCII character a digit.
    #[default]
    Ascii,
    /// Two digits a byte, right-justified: an odd count starts with a zero nibble. Covers the
    /// message type, length prefixes (LL one byte, LLL two) and numeric and track fields; a
    /// length still counts digits. DE 49 to 51 may hold letters and so stay characters.
    Bcd,
}

/// What stands before each message on the stream. The length never counts the header itself, but
/// it does count a [`TransportHeader`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrameHeader {
    /// Nothing: the message's own structure tells where it ends.
    None,
    /// The length as a big-endian 16-bit number.
    #[default]
    TwoByte,
    /// The length as four ASCII digits.
    FourAscii,
}

/// What stands between the frame header and the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TransportHeader {
    /// Nothing.
    #[default]
    None,
    /// Five bytes of routing, see [`crate::Tpdu`].
    Tpdu,
}

impl TransportHeader {
    /// Bytes on the wire.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Tpdu => crate::Tpdu::SIZE,
        }
    }
}
