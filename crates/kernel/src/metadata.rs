use std::collections::BTreeMap;

/// The client's own notes on an object: short texts by name. The programme stores them and never
/// reads them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata(BTreeMap<String, String>);

/// The notes are out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// More than [`Metadata::MOST`] entries.
    #[error("may have at most 50 entries")]
    TooMany,
    /// A name is empty or longer than [`Metadata::LONGEST_NAME`].
    #[error("must have names of 1 to 40 characters")]
    Name,
    /// A value is longer than [`Metadata::LONGEST_VALUE`].
    #[error("must have values of at most 500 characters")]
    Value,
    /// Names and values together take more than [`Metadata::LARGEST`].
    #[error("must have names and values of at most 8192 bytes of UTF-8 together")]
    Total,
}

impl Metadata {
    /// The most entries.
    pub const MOST: usize = 50;
    /// Characters of a name.
    pub const LONGEST_NAME: usize = 40;
    /// Characters of a value.
    pub const LONGEST_VALUE: usize = 500;
    /// Bytes of UTF-8 of all names and values together. Events show whole objects, and are to stay
    /// below 20 kB.
    pub const LARGEST: usize = 8_192;

    /// Takes entries within the bounds.
    ///
    /// # Errors
    /// When there are too many, or one is too long.
    pub fn try_new(entries: BTreeMap<String, String>) -> Result<Self, MetadataError> {
        if entries.len() > Self::MOST {
            return Err(MetadataError::TooMany);
        }
        for (name, value) in &entries {
            if name.is_empty() || name.chars().count() > Self::LONGEST_NAME {
                return Err(MetadataError::Name);
            }
            if value.chars().count() > Self::LONGEST_VALUE {
                return Err(MetadataError::Value);
            }
        }
        let bytes = entries.iter().map(|(name, value)| name.len().saturating_add(value.len()));
        if bytes.fold(0, usize::saturating_add) > Self::LARGEST {
            return Err(MetadataError::Total);
        }
        Ok(Self(entries))
    }

    /// These notes with changes merged in (RFC 7396): a name without a value goes.
    ///
    /// # Errors
    /// As [`Self::try_new`].
    pub fn merged(&self, changes: BTreeMap<String, Option<String>>) -> Result<Self, MetadataError> {
        let mut entries = self.0.clone();
        for (name, value) in changes {
            match value {
                Some(value) => entries.insert(name, value),
                None => entries.remove(&name),
            };
        }
        Self::try_new(entries)
    }

    /// The entries, by name.
    #[must_use]
    pub const fn entries(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(entries: &[(&str, &str)]) -> Metadata {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Metadata::try_new(entries.iter().map(own).collect()).unwrap()
    }

    #[test]
    fn bounds_hold() {
        let one = |name: String, value: String| Metadata::try_new([(name, value)].into());
        assert!(one("é".repeat(40), "é".repeat(500)).is_ok());
        assert_eq!(one(String::new(), String::new()), Err(MetadataError::Name));
        assert_eq!(one("n".repeat(41), String::new()), Err(MetadataError::Name));
        assert_eq!(one("n".to_owned(), "v".repeat(501)), Err(MetadataError::Value));
        let many = |count: usize| (0..count).map(|n| (n.to_string(), String::new())).collect();
        assert!(Metadata::try_new(many(50)).is_ok());
        assert_eq!(Metadata::try_new(many(51)), Err(MetadataError::TooMany));
        // Bytes count, not characters: sixteen notes of 2 + 500, and one that has 159 left.
        let with = |last: String| {
            let notes = (10..26).map(|n| (n.to_string(), "v".repeat(500)));
            Metadata::try_new(notes.chain([("z".to_owned(), last)]).collect())
        };
        assert!(with("v".repeat(159)).is_ok() && with("é".repeat(79)).is_ok());
        for last in ["v".repeat(160), "é".repeat(80)] {
            assert_eq!(with(last), Err(MetadataError::Total));
        }
    }

    #[test]
    fn changes_merge_and_null_removes() {
        let changes = [("a".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))];
        let merged = notes(&[("a", "1"), ("b", "2")]).merged(changes.into()).unwrap();
        assert_eq!(merged, notes(&[("b", "2"), ("c", "3")]));
    }
}
