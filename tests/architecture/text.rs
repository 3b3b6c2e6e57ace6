//! Shortcuts that stay out of the code: unfinished bodies, tests switched off, silenced lints.
//!
//! The search is by text, so it also sees comments and macro bodies.

use super::{SourceFile, assert_caught, assert_none, rust_files};

/// What may not occur, and why. The architecture tests name these strings and are left out.
const FORBIDDEN: [(&str, &str); 5] = [
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("#[ignore", "a test runs, or it does not exist"),
    ("#[allow(", "use #[expect(.., reason = \"..\")]"),
    ("#![allow(", "use #![expect(.., reason = \"..\")]"),
];

fn violations(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.path.starts_with("tests/architecture/")) {
        for (number, line) in (1..).zip(file.text.lines()) {
            for (needle, advice) in FORBIDDEN {
                if line.contains(needle) {
                    found.push(format!("{}:{number}: {needle}: {advice}", file.path));
                }
            }
        }
        found.extend(unexplained(file));
    }
    found
}

/// `#[expect(..)]` without a reason, also where the attribute spans lines.
fn unexplained(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    for opening in ["#[expect(", "#![expect("] {
        for (at, _) in file.text.match_indices(opening) {
            let (before, attribute) = file.text.split_at(at);
            let end = attribute.find(")]").unwrap_or(attribute.len());
            if !attribute[..end].contains("reason") {
                let number = before.lines().count().max(1);
                found.push(format!("{}:{number}: {opening} without a reason", file.path));
            }
        }
    }
    found
}

#[test]
fn no_shortcut_is_left_in_the_code() {
    assert_none(&violations(&rust_files()));
}

#[test]
fn a_planted_shortcut_is_caught() {
    let plants = [
        ("fn f() { todo!() }\n", "todo!("),
        ("fn f() { unimplemented!(\"later\") }\n", "unimplemented!("),
        ("#[test]\n#[ignore = \"slow\"]\nfn f() {}\n", ":2: #[ignore"),
        ("#[allow(dead_code)]\nfn f() {}\n", "#[allow("),
        ("#![allow(dead_code)]\n", "#![allow("),
        ("#[expect(dead_code)]\nfn f() {}\n", ":1: #[expect( without a reason"),
    ];
    for (text, expected) in plants {
        let file = SourceFile { path: "crates/kernel/src/lib.rs".into(), text: text.into() };
        assert_caught(&violations(&[file]), expected);
    }
}

#[test]
fn a_reasoned_expectation_is_no_violation() {
    let text = "#[expect(\n    dead_code,\n    reason = \"the next change uses it\"\n)]\n";
    let file = SourceFile { path: "crates/kernel/src/lib.rs".into(), text: text.into() };
    assert_none(&violations(&[file]));
}
