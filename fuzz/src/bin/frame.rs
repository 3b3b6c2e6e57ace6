//! Any bytes as a stream, cut anywhere, in every framing.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cardium_fuzz::bodies::split_anything(bytes));
