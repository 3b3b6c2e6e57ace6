//! Bytes that may hold card data.

use std::fmt;
use std::ops::{Deref, DerefMut};

use zeroize::Zeroizing;

/// Bytes that may hold card data: a `Vec<u8>` that is overwritten on drop and that `Debug` shows
/// the length of, nothing else. A vector that grows leaves its old bytes behind, so reserve first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WireBytes(Zeroizing<Vec<u8>>);

impl WireBytes {
    /// Takes the bytes over; a copy that the caller keeps is the caller's to overwrite.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Deref for WireBytes {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for WireBytes {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl fmt::Debug for WireBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.len())
    }
}
