//! The binary `cardium`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cardium_server::command::main()
}
