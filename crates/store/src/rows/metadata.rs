//! A client's own notes as text: one JSON object, names in order, nothing between the parts. The
//! encoding is canonical, so that equal notes are equal text. Control characters are escaped,
//! which is what lets PostgreSQL take a NUL in a value.

use cardium_kernel::{Metadata, StoreError};

use crate::db::{Fields, Value};

/// Notes for a TEXT column.
pub(crate) fn metadata(notes: &Metadata) -> Value<'static> {
    let text = serde_json::to_string(notes.entries()).expect("texts by name are always JSON");
    Value::Text(text.into())
}

impl Fields {
    /// Reads notes that [`metadata`] wrote.
    pub(crate) fn metadata(&mut self) -> Result<Metadata, StoreError> {
        let text = self.text()?;
        let entries =
            serde_json::from_str(&text).map_err(|error| self.damaged(format!("notes: {error}")))?;
        Metadata::try_new(entries).map_err(|error| self.damaged(format!("notes {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(entries: &[(&str, &str)]) -> Metadata {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Metadata::try_new(entries.iter().map(own).collect()).unwrap()
    }

    fn read(text: &str) -> Result<Metadata, StoreError> {
        Fields::new("cards", vec![Value::Text(text.to_owned().into())]).metadata()
    }

    #[test]
    fn notes_survive_and_their_text_does_not_depend_on_the_order_they_came_in() {
        let one = notes(&[("b", "\u{0}\"é"), ("a", "1")]);
        let other = notes(&[("a", "1"), ("b", "\u{0}\"é")]);
        let Value::Text(text) = metadata(&one) else { panic!("notes are text") };
        assert_eq!(text, r#"{"a":"1","b":"\u0000\"é"}"#);
        assert_eq!(metadata(&other), Value::Text(text.clone()));
        assert_eq!(read(&text).unwrap(), one);
        assert_eq!(read("{}").unwrap(), Metadata::default());
    }

    #[test]
    fn what_is_no_notes_is_damage() {
        for text in ["", "[]", r#"{"a":1}"#, r#"{"":"x"}"#] {
            assert!(
                matches!(read(text), Err(StoreError::Corrupt { table: "cards", .. })),
                "{text}"
            );
        }
    }
}
