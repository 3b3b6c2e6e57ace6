//! Who may know whom (docs/ARCHITECTURE.md): the layers of the workspace, and the libraries that
//! stay at its edge.
//!
//! A crate's tests may additionally use the testkit; libraries are free in tests.

use super::manifest::{Dependency, Kind, Manifest, Renames, parse, renames};
use super::{SourceFile, assert_caught, assert_none, children, read, relative, root};
use std::path::Path;

/// Aggregates; facts of another aggregate reach them as values.
const DOMAIN: &[&str] = &[
    "accounts",
    "auth",
    "authorizations",
    "cards",
    "disputes",
    "ledger",
    "orders",
    "topups",
    "transfers",
    "webhooks",
    "withdrawals",
];
const DIALECTS: &[&str] = &["api-v1", "api-cryptocardy", "api-corporate", "api-platform"];
/// Crates that decide and translate but touch nothing outside themselves.
const PURE: &[&str] = &["kernel", "iso8583", "vault", "network"];
/// Programs and helpers that put the others together.
const WIRING: &[&str] = &["server", "bench", "testkit"];

/// What the product's crates may know of each other. `None`: the crate has no rule yet.
fn may_know(folder: &str) -> Option<Vec<&'static str>> {
    let mut allowed = match folder {
        "kernel" | "iso8583" | "vault" => vec![],
        "cards" => vec!["kernel", "ledger", "vault"],
        "authorizations" | "disputes" | "orders" | "topups" | "transfers" | "withdrawals" => {
            vec!["kernel", "ledger"]
        }
        folder if DOMAIN.contains(&folder) => vec!["kernel"],
        "network" => vec!["iso8583", "kernel", "authorizations", "cards", "vault", "app"],
        "app" => core(&["vault"]),
        "store" => core(&["app", "vault"]),
        "chains" => core(&["app"]),
        folder if DIALECTS.contains(&folder) => core(&["app"]),
        "mcp" => core(&["app", "api-v1"]),
        "http" => core(&[&["app", "network", "mcp", "vault"], DIALECTS].concat()),
        folder if WIRING.contains(&folder) => core(
            &[
                &["app", "network", "mcp", "iso8583", "vault", "store", "chains", "http", "server"],
                DIALECTS,
            ]
            .concat(),
        ),
        _ => return None,
    };
    if folder == "bench" {
        allowed.push("testkit");
    }
    Some(allowed)
}

fn core(more: &[&'static str]) -> Vec<&'static str> {
    [&["kernel"], DOMAIN, more].concat()
}

/// Where the libraries of an edge may be linked.
enum Place {
    Only(&'static [&'static [&'static str]]),
    NeverIn(&'static [&'static [&'static str]]),
}

impl Place {
    fn allows(&self, folder: &str) -> bool {
        let within = |groups: &[&[&str]]| groups.iter().any(|group| group.contains(&folder));
        match self {
            Self::Only(groups) => within(groups),
            Self::NeverIn(groups) => !within(groups),
        }
    }
}

struct LibraryRule {
    /// Package names; one that ends in `*` stands for all that begin so.
    packages: &'static [&'static str],
    place: Place,
    why: &'static str,
}

const CORE: &[&[&str]] = &[DOMAIN, PURE, &["app"]];
const LIBRARIES: [LibraryRule; 5] = [
    LibraryRule {
        packages: &["actix*", "rmcp-actix-web"],
        place: Place::Only(&[&["http", "server", "bench"]]),
        why: "the web framework stays at the HTTP edge",
    },
    LibraryRule {
        packages: &["diesel*", "pq-sys", "libsqlite3-sys"],
        place: Place::Only(&[&["store", "testkit"]]),
        why: "SQL stays in the store",
    },
    LibraryRule {
        packages: &["tokio*", "reqwest*", "hyper*"],
        place: Place::NeverIn(CORE),
        why: "the core neither waits nor talks to a network",
    },
    LibraryRule {
        packages: &["serde", "serde_derive"],
        place: Place::Only(&[DIALECTS, &["http", "chains", "mcp", "vault"], WIRING]),
        why: "wire types live at the edge, claims of tokens in the vault",
    },
    LibraryRule {
        packages: &["rand*", "getrandom", "fastrand", "chrono"],
        place: Place::NeverIn(&[DOMAIN, &["kernel", "iso8583", "network", "app"]]),
        why: "time and chance come in as values",
    },
];

impl LibraryRule {
    fn covers(&self, package: &str) -> bool {
        self.packages.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => package.starts_with(beginning),
            None => package == *pattern,
        })
    }
}

fn violations(manifests: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    for manifest in manifests {
        let Some(allowed) = may_know(&manifest.folder) else {
            let folder = &manifest.folder;
            found.push(format!("crates/{folder}: no rule; add it to the architecture test"));
            continue;
        };
        for dependency in &manifest.dependencies {
            found.extend(judge(&manifest.folder, &allowed, dependency));
        }
    }
    found
}

fn judge(folder: &str, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let package = &dependency.package;
    if let Some(known) = dependency.folder() {
        let for_tests = dependency.kind == Kind::Dev && (known == "testkit" || known == folder);
        let message = format!("crates/{folder} may not know {package}; it may know {allowed:?}");
        return (!for_tests && !allowed.contains(&known)).then_some(message);
    }
    if dependency.kind == Kind::Dev {
        return None;
    }
    let broken =
        LIBRARIES.iter().find(|rule| rule.covers(package) && !rule.place.allows(folder))?;
    Some(format!("crates/{folder} may not use {package}: {}", broken.why))
}

fn manifests() -> Vec<Manifest> {
    let renames = renames(&read(&root().join("Cargo.toml")));
    let folders = children(&root().join("crates"));
    let paths = folders.iter().map(|folder| folder.join("Cargo.toml")).filter(|path| path.exists());
    let file = |path: &Path| SourceFile { path: relative(path), text: read(path) };
    paths.map(|path| parse(&file(&path), &renames)).collect()
}

#[test]
fn crates_know_only_whom_they_may() {
    let manifests = manifests();
    assert!(!manifests.is_empty(), "no crate found");
    assert_none(&violations(&manifests));
}

fn planted(folder: &str, text: &str) -> Vec<String> {
    let file = SourceFile { path: format!("crates/{folder}/Cargo.toml"), text: text.to_owned() };
    violations(&[parse(&file, &Renames::new())])
}

#[test]
fn a_planted_acquaintance_is_caught() {
    let plants = [
        ("kernel", "ledger"),
        ("ledger", "accounts"),
        ("accounts", "ledger"),
        ("auth", "accounts"),
        ("cards", "authorizations"),
        ("authorizations", "cards"),
        ("topups", "vault"),
        ("webhooks", "app"),
        ("disputes", "store"),
        ("withdrawals", "chains"),
        ("iso8583", "kernel"),
        ("vault", "kernel"),
        ("network", "store"),
        ("app", "store"),
        ("app", "api-v1"),
        ("store", "chains"),
        ("chains", "store"),
        ("api-v1", "api-platform"),
        ("api-corporate", "store"),
        ("mcp", "http"),
        ("http", "store"),
        ("server", "testkit"),
    ];
    for (folder, known) in plants {
        let line = format!("cardium-{known}.workspace = true");
        let expected = format!("crates/{folder} may not know cardium-{known}");
        for table in ["dependencies", "build-dependencies"] {
            assert_caught(&planted(folder, &format!("[{table}]\n{line}")), &expected);
        }
    }
    assert_caught(&planted("app", "[dev-dependencies]\ncardium-http = {}"), "cardium-http");
    assert_caught(&planted("novelty", ""), "crates/novelty: no rule");
}

#[test]
fn a_planted_library_is_caught() {
    let plants = [
        ("app", "actix-web"),
        ("api-v1", "actix-http"),
        ("mcp", "rmcp-actix-web"),
        ("app", "diesel"),
        ("http", "diesel_migrations"),
        ("server", "pq-sys"),
        ("network", "tokio"),
        ("cards", "tokio-util"),
        ("app", "reqwest"),
        ("kernel", "serde"),
        ("ledger", "serde"),
        ("store", "serde_derive"),
        ("auth", "rand_core"),
        ("app", "getrandom"),
        ("kernel", "chrono"),
    ];
    for (folder, package) in plants {
        let text = format!("[dependencies]\n{package} = \"1\"");
        let expected = format!("crates/{folder} may not use {package}");
        assert_caught(&planted(folder, &text), &expected);
    }
}

#[test]
fn what_the_layers_need_is_allowed() {
    let fine = [
        ("cards", "[dependencies]\ncardium-vault = {}\ncardium-ledger = {}\nthiserror = \"2\""),
        ("app", "[dependencies]\ncardium-cards = {}\n[dev-dependencies]\ncardium-testkit = {}"),
        ("app", "[dev-dependencies]\ntokio = \"1\"\nrand = \"0.9\""),
        ("http", "[dependencies]\nactix-web = \"4\"\ncardium-api-v1 = {}\nserde = \"1\""),
        ("server", "[dependencies]\ncardium-http = {}\ncardium-store = {}\ntokio = \"1\""),
        ("store", "[dependencies]\ndiesel = \"2\"\ncardium-app = {}\nserde_json = \"1\""),
    ];
    for (folder, text) in fine {
        assert_none(&planted(folder, text));
    }
}
