use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

use crate::operation::Shape;

const PLACE: &str = "#/components/schemas/";

/// What the names of wire types for answers end in; the document's names go without.
const ENDINGS: [&str; 2] = ["Out", "Part"];

/// The schemas that operations refer to: of inputs as they are read, of outputs as they are
/// written.
pub(super) struct Schemas {
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        let inputs = settings().for_deserialize().into_generator();
        Self { inputs, outputs: settings().for_serialize().into_generator() }
    }

    /// The schema of what is taken.
    pub(super) fn input(&mut self, shape: Shape) -> Value {
        shape.schema(&mut self.inputs).to_value()
    }

    /// The schema of what is answered.
    pub(super) fn output(&mut self, shape: Shape) -> Value {
        renamed(shape.schema(&mut self.outputs).to_value())
    }

    /// Whether an input has fields that must be there.
    pub(super) fn is_required(&self, schema: &Value) -> bool {
        let name = schema["$ref"].as_str().and_then(|text| text.strip_prefix(PLACE));
        let found = name.and_then(|name| self.inputs.definitions().get(name));
        is_asked(found.unwrap_or(schema))
    }

    /// All that were referred to, by name.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        let mut all = self.inputs.take_definitions(true);
        for (name, schema) in self.outputs.take_definitions(true) {
            all.insert(short(&name), renamed(schema));
        }
        all
    }
}

/// Whether fields must be there, in every way that the schema leaves.
fn is_asked(schema: &Value) -> bool {
    let own = schema["required"].as_array().is_some_and(|fields| !fields.is_empty());
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    own || choices.is_some_and(|choices| choices.iter().all(is_asked))
}

fn short(name: &str) -> String {
    let ending = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    ending.unwrap_or(name).to_owned()
}

/// The schema with the names that the document gives to what it refers to.
fn renamed(schema: Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let rename = |(key, value): (String, Value)| {
                let target = value.as_str().filter(|_| key == "$ref");
                let name = target.and_then(|target| target.strip_prefix(PLACE));
                match name {
                    Some(name) => (key, format!("{PLACE}{}", short(name)).into()),
                    None => (key, renamed(value)),
                }
            };
            Value::Object(fields.into_iter().map(rename).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(renamed).collect()),
        other => other,
    }
}
