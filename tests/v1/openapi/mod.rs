//! The OpenAPI document: it is what was published and more, it is valid, and the server does what
//! it says.

mod furnished;
mod published;
mod schemathesis;
mod serving;

use std::{path::PathBuf, process::Command};

/// A command of the Python environment that `tests/run` prepares.
fn python(program: &str) -> Command {
    let interpreter = std::env::var_os("CARDIUM_TEST_PYTHON").expect(
        "CARDIUM_TEST_PYTHON is not set: run the tests with `tests/run`, which prepares it",
    );
    let program = PathBuf::from(interpreter).with_file_name(program);
    assert!(program.exists(), "{} is missing", program.display());
    Command::new(program)
}
