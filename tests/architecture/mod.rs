//! Rules about the source itself: who may know whom, how large things may grow, which shortcuts
//! stay out, and that both databases have one schema.
//!
//! Every rule is a pure function from text to a list of violations. One test runs it on the
//! repository, another on a planted violation: a checker that finds nothing proves nothing.

mod dependencies;
mod manifest;
mod migrations;
mod schema;
mod sizes;
mod sql;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository: its path from the root, with `/`, and its text.
struct SourceFile {
    path: String,
    text: String,
}

/// The repository's root, one above this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package lies in the repository").to_path_buf()
}

/// Every Rust file of the crates and of the tests, in the order of their paths.
fn rust_files() -> Vec<SourceFile> {
    let mut found = Vec::new();
    for folder in ["crates", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no Rust file found below {}", root().display());
    found
}

fn collect(folder: &Path, found: &mut Vec<SourceFile>) {
    for path in children(folder) {
        let hidden = name_of(&path).starts_with('.');
        if path.is_dir() {
            if !hidden && name_of(&path) != "target" {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(SourceFile { path: relative(&path), text: read(&path) });
        }
    }
}

/// What a folder holds, sorted; nothing if there is no such folder.
fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn relative(path: &Path) -> String {
    let below = path.strip_prefix(root()).expect("the path lies in the repository");
    below.to_string_lossy().replace('\\', "/")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with all violations at once, so that one run shows everything there is to mend.
#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(
        violations.is_empty(),
        "{} violation(s):\n  {}",
        violations.len(),
        violations.join("\n  ")
    );
}

/// Asserts that a checker finds exactly one violation, and that its message says so.
#[track_caller]
fn assert_caught(violations: &[String], expected: &str) {
    assert_eq!(violations.len(), 1, "expected one violation, got {violations:#?}");
    assert!(violations[0].contains(expected), "{:?} lacks {expected:?}", violations[0]);
}
