//! The binary's command line. Cargo builds binaries for the tests of their own package only, so
//! this file is also why `cargo test --workspace` leaves `cardium` beside the black-box tests.

use std::process::{Command, Output};

fn cardium(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cardium"))
        .args(arguments)
        .output()
        .expect("cargo builds the binary before its package's tests")
}

#[test]
fn the_version_is_the_packages() {
    let output = cardium(&["--version"]);
    let expected = format!("cardium {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn every_command_is_in_the_help() {
    let output = cardium(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for command in ["serve", "migrate", "verify", "demo"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(command)), "{help}");
    }
}

#[test]
fn what_nobody_knows_is_refused_by_name() {
    for arguments in [["--bnid"], ["srve"]] {
        let output = cardium(&arguments);
        assert!(!output.status.success());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(arguments[0]), "{errors}");
    }
}
