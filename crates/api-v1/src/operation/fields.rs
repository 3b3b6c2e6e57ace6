//! The fields that an operation's body may have, read from its schema: what else a body has is
//! ignored, so that clients newer than the server work, but said.

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use schemars::SchemaGenerator;
use serde_json::Value;

use super::{Operation, Shape, operations, test_operations};

/// Ways to say more of an object than its fields' names.
const CHOICES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

type Fields = BTreeSet<String>;

impl Operation {
    /// The names of its body's fields; none where its schema does not list them.
    #[must_use]
    pub fn fields(&self) -> Option<&'static Fields> {
        static KNOWN: OnceLock<HashMap<&'static str, Fields>> = OnceLock::new();
        let read = |operation: &'static Self| Some((operation.id, of(operation.input?)?));
        let known =
            KNOWN.get_or_init(|| operations().chain(test_operations()).filter_map(read).collect());
        known.get(self.id)
    }
}

fn of(shape: Shape) -> Option<Fields> {
    let mut generator = SchemaGenerator::default();
    let schema = shape.schema(&mut generator);
    let name = schema.get("$ref").and_then(Value::as_str);
    let name = name.and_then(|reference| reference.rsplit('/').next());
    let object = match name {
        Some(name) => generator.definitions().get(name)?.as_object()?,
        None => schema.as_object()?,
    };
    let fields = object.get("properties")?.as_object()?.keys().cloned().collect();
    let mut choices = CHOICES.iter().filter_map(|word| object.get(*word)?.as_array()).flatten();
    let is_closed = !object.contains_key("patternProperties");
    (is_closed && choices.all(|choice| names_only(choice, &fields))).then_some(fields)
}

/// Whether a choice only says which of these fields go together.
fn names_only(choice: &Value, fields: &Fields) -> bool {
    let named = choice.get("properties").and_then(Value::as_object);
    choice.get("$ref").is_none()
        && named.is_none_or(|named| named.keys().all(|name| fields.contains(name)))
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;

    use super::*;

    #[derive(JsonSchema)]
    struct Input {
        _name: Option<String>,
        #[schemars(rename = "type")]
        _kind: String,
    }

    #[derive(JsonSchema)]
    enum Either {
        _One { _a: u8 },
        _Two { _b: u8 },
    }

    #[test]
    fn names_are_those_of_the_schema() {
        let fields = of(Shape::of::<Input>()).unwrap();
        assert_eq!(fields.iter().collect::<Vec<_>>(), ["_name", "type"]);
        assert_eq!(of(Shape::of::<Either>()), None);
        let card = of(Shape::of::<crate::card::CardIn>()).unwrap();
        assert!(card.contains("bin") && card.contains("metadata"), "{card:?}");
        assert_eq!(of(Shape::of::<String>()), None);
    }
}
