//! The size caps of docs/STYLE.md: past them a function, a file or a line no longer reads in one
//! go.
//!
//! Functions inside macro calls are deliberately not measured: their tokens are not yet Rust.

use super::{SourceFile, assert_caught, assert_none, rust_files};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Lines of a function, from its signature to its closing brace.
const FUNCTION_LINES: usize = 70;
/// Lines of a file.
const FILE_LINES: usize = 600;
/// Characters of a line; rustfmt leaves strings and comments alone, so they need the check.
const LINE_WIDTH: usize = 100;

struct Functions<'a> {
    path: &'a str,
    found: Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, end: Span) {
        let first = signature.span().start().line;
        let lines = end.end().line + 1 - first;
        if lines > FUNCTION_LINES {
            self.found.push(format!(
                "{}:{first}: fn {} has {lines} lines, at most {FUNCTION_LINES} are allowed",
                self.path, signature.ident
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, item.block.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, item.block.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.measure(&item.sig, item.span());
        visit::visit_trait_item_fn(self, item);
    }
}

fn violations(file: &SourceFile) -> Vec<String> {
    let path = &file.path;
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        found.push(format!("{path}: {lines} lines, at most {FILE_LINES} are allowed"));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let width = line.chars().count();
        if width > LINE_WIDTH {
            found.push(format!("{path}:{number}: {width} characters, at most {LINE_WIDTH}"));
        }
    }
    match syn::parse_file(&file.text) {
        Ok(parsed) => {
            let mut functions = Functions { path, found };
            functions.visit_file(&parsed);
            functions.found
        }
        Err(error) => vec![format!("{path}: does not parse: {error}")],
    }
}

#[test]
fn functions_files_and_lines_stay_below_their_caps() {
    let found: Vec<String> = rust_files().iter().flat_map(violations).collect();
    assert_none(&found);
}

fn planted(text: String) -> Vec<String> {
    violations(&SourceFile { path: "crates/kernel/src/lib.rs".into(), text })
}

fn function(lines: usize) -> String {
    format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn a_planted_long_function_is_caught() {
    assert_none(&planted(function(FUNCTION_LINES)));
    let long = function(FUNCTION_LINES + 1);
    assert_caught(&planted(long.clone()), "lib.rs:1: fn long has 71 lines");
    for container in ["impl Thing", "trait Thing", "mod thing"] {
        assert_caught(&planted(format!("{container} {{\n{long}}}\n")), "fn long has 71 lines");
    }
}

#[test]
fn a_planted_long_file_is_caught() {
    assert_none(&planted("// line\n".repeat(FILE_LINES)));
    assert_caught(&planted("// line\n".repeat(FILE_LINES + 1)), "601 lines");
}

#[test]
fn a_planted_wide_line_is_caught() {
    let wide = |width: usize| format!("fn f() {{}}\n// {}\n", "é".repeat(width - 3));
    assert_none(&planted(wide(LINE_WIDTH)));
    assert_caught(&planted(wide(LINE_WIDTH + 1)), "lib.rs:2: 101 characters");
}
