//! Any bytes as a message, in every encoding.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cardium_fuzz::bodies::decode_anything(bytes));
