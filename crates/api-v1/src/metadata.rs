//! The client's own notes on an object.

use std::collections::BTreeMap;

use cardium_kernel::{Metadata, MetadataError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::invalid;

const FIELD: &str = "metadata";

/// Notes of a new object, by name; names and values take at most 8192 bytes of UTF-8 together.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MetadataIn(
    #[schemars(extend("maxProperties" = 50, "propertyNames" = {"minLength": 1, "maxLength": 40}))]
    #[schemars(inner(length(max = 500)))]
    BTreeMap<String, String>,
);

impl MetadataIn {
    /// The notes.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn parse(self) -> Result<Metadata, Problem> {
        Metadata::try_new(self.0).map_err(refuse)
    }
}

/// Changes of an object's notes: a name with null goes, names that are absent stay. Names and
/// values take at most 8192 bytes of UTF-8 together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MetadataPatch(
    #[schemars(with = "BTreeMap<String, Option<NoteIn>>")]
    #[schemars(extend("maxProperties" = 50, "propertyNames" = {"minLength": 1, "maxLength": 40}))]
    BTreeMap<String, Option<String>>,
);

/// A note.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
struct NoteIn(#[schemars(length(max = 500))] String);

impl MetadataPatch {
    /// The changes by name; bounds are checked where they are merged.
    #[must_use]
    pub fn into_changes(self) -> BTreeMap<String, Option<String>> {
        self.0
    }
}

/// Notes that leave their bounds.
#[must_use]
pub fn refuse(error: MetadataError) -> Problem {
    invalid(FIELD, &error.to_string())
}

/// Notes as they are shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct MetadataOut(BTreeMap<String, String>);

impl From<&Metadata> for MetadataOut {
    fn from(metadata: &Metadata) -> Self {
        Self(metadata.entries().clone())
    }
}
