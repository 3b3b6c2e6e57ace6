//! The transport header of point-of-sale concentrators: five bytes between length and message.

use std::fmt;

/// A transport protocol data unit header: the byte 60, then destination and source, two bytes
/// each. Whoever relays the message finds its way back by them, so an answer carries them swapped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tpdu {
    destination: [u8; 2],
    source: [u8; 2],
}

/// The first byte is not 60, which marks a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a TPDU starts with the byte 60")]
pub struct InvalidTpdu;

impl Tpdu {
    /// Bytes on the wire.
    pub const SIZE: usize = 5;
    const TRANSACTION: u8 = 0x60;

    /// A header from `source` to `destination`.
    #[must_use]
    pub const fn new(destination: [u8; 2], source: [u8; 2]) -> Self {
        Self { destination, source }
    }

    /// Reads five bytes.
    ///
    /// # Errors
    /// If the first is not 60.
    pub const fn from_bytes(bytes: [u8; Self::SIZE]) -> Result<Self, InvalidTpdu> {
        match bytes {
            [Self::TRANSACTION, d0, d1, s0, s1] => Ok(Self::new([d0, d1], [s0, s1])),
            _ => Err(InvalidTpdu),
        }
    }

    /// The five bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::SIZE] {
        let ([d0, d1], [s0, s1]) = (self.destination, self.source);
        [Self::TRANSACTION, d0, d1, s0, s1]
    }

    /// The header of the answer.
    #[must_use]
    pub const fn swapped(self) -> Self {
        Self::new(self.source, self.destination)
    }
}

impl fmt::Debug for Tpdu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([d0, d1], [s0, s1]) = (self.destination, self.source);
        write!(formatter, "Tpdu to {d0:02x}{d1:02x} from {s0:02x}{s1:02x}")
    }
}
