//! How values are written out.

use std::fmt::Display;

use serde::{Serialize, Serializer};

/// A value that is a JSON string on the wire: ids and moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<T>(pub T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The JSON of a wire type.
///
/// # Panics
/// Never for the types of this crate: they have string keys and no fallible fields.
#[must_use]
pub fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("wire types have string keys and no fallible fields")
}
