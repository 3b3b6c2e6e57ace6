//! A crate's manifest, reduced to which packages it knows and in which way.

use super::SourceFile;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// A crate of the workspace, by its folder below `crates/`.
pub(super) struct Manifest {
    pub(super) folder: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// One line of a dependency table, under the package's real name.
pub(super) struct Dependency {
    pub(super) package: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Linked into the product, or run while it is built.
    Product,
    /// For the crate's own tests only.
    Dev,
}

impl Dependency {
    /// The folder of a crate of this workspace; `None` for somebody else's.
    pub(super) fn folder(&self) -> Option<&str> {
        self.package.strip_prefix("cardium-")
    }
}

const TABLES: [(&str, Kind); 3] = [
    ("dependencies", Kind::Product),
    ("build-dependencies", Kind::Product),
    ("dev-dependencies", Kind::Dev),
];

/// The real names behind renamed dependencies of the workspace's manifest.
pub(super) type Renames = BTreeMap<String, String>;

/// Reads the renames from the workspace's own manifest.
pub(super) fn renames(workspace: &str) -> Renames {
    let manifest: Table = workspace.parse().expect("the workspace's manifest is TOML");
    let table = manifest.get("workspace").and_then(|value| value.get("dependencies"));
    let entries = table.and_then(Value::as_table).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), package_key(value)?))).collect()
}

/// Reads a manifest at `crates/<folder>/Cargo.toml`.
pub(super) fn parse(file: &SourceFile, renames: &Renames) -> Manifest {
    let folder = file.path.split('/').nth(1).expect("a crate has a folder").to_owned();
    let manifest: Table =
        file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let mut dependencies = Vec::new();
    read_tables(&manifest, renames, &mut dependencies);
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    for (_, target) in targets {
        if let Some(table) = target.as_table() {
            read_tables(table, renames, &mut dependencies);
        }
    }
    Manifest { folder, dependencies }
}

fn read_tables(table: &Table, renames: &Renames, found: &mut Vec<Dependency>) {
    for (name, kind) in TABLES {
        let entries = table.get(name).and_then(Value::as_table).into_iter().flatten();
        for (key, value) in entries {
            let package = package_key(value).or_else(|| renames.get(key).cloned());
            found.push(Dependency { package: package.unwrap_or_else(|| key.clone()), kind });
        }
    }
}

fn package_key(value: &Value) -> Option<String> {
    value.get("package").and_then(Value::as_str).map(str::to_owned)
}

#[test]
fn renamed_and_target_dependencies_are_seen() {
    let workspace = "[workspace.dependencies]\nsql = { package = \"diesel\", version = \"2\" }";
    let text = "[dependencies]\nsql.workspace = true\nclock = { package = \"chrono\" }\n\
        [target.'cfg(unix)'.dev-dependencies]\ncardium-store = {}";
    let file = SourceFile { path: "crates/app/Cargo.toml".into(), text: text.into() };
    let manifest = parse(&file, &renames(workspace));
    let mut packages: Vec<&str> =
        manifest.dependencies.iter().map(|dependency| dependency.package.as_str()).collect();
    packages.sort_unstable();
    assert_eq!(packages, ["cardium-store", "chrono", "diesel"]);
    assert_eq!(manifest.folder, "app");
    assert!(manifest.dependencies.iter().any(|found| found.folder() == Some("store")));
}
