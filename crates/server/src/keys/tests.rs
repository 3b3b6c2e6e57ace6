use std::{fs, os::unix::fs::PermissionsExt};

use super::*;
use crate::{entropy::SystemEntropy, scratch::Scratch};

#[test]
fn keys_are_made_once_and_found_again() {
    let scratch = Scratch::create().unwrap();
    let made = load(scratch.path(), true, &SystemEntropy).unwrap();
    let found = load(scratch.path(), false, &SystemEntropy).unwrap();
    assert_eq!(made.check_values(), found.check_values());
    let directory = directory(scratch.path());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for name in files::NAMES {
        assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_used_database_never_gets_new_keys() {
    let scratch = Scratch::create().unwrap();
    let refused = load(scratch.path(), false, &SystemEntropy);
    assert!(matches!(refused, Err(KeyError::Missing(_))), "{refused:?}");
    assert!(!directory(scratch.path()).exists());
}

#[test]
fn a_gap_is_named() {
    let scratch = Scratch::create().unwrap();
    load(scratch.path(), true, &SystemEntropy).unwrap();
    fs::remove_file(directory(scratch.path()).join("cvk")).unwrap();
    let error = load(scratch.path(), true, &SystemEntropy).unwrap_err();
    assert!(matches!(&error, KeyError::Incomplete(gaps) if gaps == "cvk"), "{error}");
}

#[test]
fn readable_by_others_is_refused() {
    let scratch = Scratch::create().unwrap();
    load(scratch.path(), true, &SystemEntropy).unwrap();
    let path = directory(scratch.path()).join("hash");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = load(scratch.path(), false, &SystemEntropy).unwrap_err();
    assert!(matches!(&error, KeyError::Exposed(exposed) if *exposed == path), "{error}");
}

#[test]
fn the_environment_gives_all_keys_or_none() {
    let text = |name: &str| {
        let index = environment::NAMES.iter().position(|other| *other == name)?;
        let bytes = if name.ends_with("CVK") { 16 } else { 32 };
        Some(format!("{index:02X}").repeat(bytes))
    };
    let raw = environment::read(text).unwrap().unwrap();
    assert_eq!((raw.cvk, raw.audit), ([2; 16], [4; 32]));
    assert!(environment::read(|_| None).unwrap().is_none());
    let partial = environment::read(|name| text(name).filter(|_| name.ends_with("KEK")));
    assert!(matches!(partial, Err(KeyError::Incomplete(_))));
    let short = environment::read(|name| text(name).map(|text| text[2..].to_owned()));
    let error = short.unwrap_err().to_string();
    assert_eq!(error, "CARDIUM_KEY_KEK is not 64 hexadecimal digits");
}
