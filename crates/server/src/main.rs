//! The binary: settings, wiring, workers, command line.

fn main() {}
