//! The bodies of the fuzz targets, which are those of the codec's own tests.

#[path = "../../crates/iso8583/tests/codec/bodies.rs"]
pub mod bodies;
