//! One schema for both databases (docs/ARCHITECTURE.md, "Data rules"): the same migrations, tables,
//! columns, keys and indexes, in types that hold the same values and sort alike.

use super::schema::{Backend, Column, Index, Schema, Table};
use super::{assert_caught, assert_none, children, name_of, read, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// SQLite's type and PostgreSQL's for the same values. SQLite's INTEGER holds both widths; text
/// sorts by its bytes on both.
const SAME_TYPES: [(&str, &str); 6] = [
    ("BLOB", "BYTEA"),
    ("BIGINT", "BIGINT"),
    ("INTEGER", "BIGINT"),
    ("INTEGER", "INTEGER"),
    ("BOOLEAN", "BOOLEAN"),
    ("TEXT", "TEXT COLLATE \"C\""),
];

fn violations(sqlite: &Schema, postgres: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    for (name, ours, theirs) in paired("table", &sqlite.tables, &postgres.tables, &mut found) {
        compare_tables(name, ours, theirs, &mut found);
    }
    for (name, ours, theirs) in paired("index", &sqlite.indexes, &postgres.indexes, &mut found) {
        compare_indexes(name, ours, theirs, &mut found);
    }
    found
}

/// What both sides have under one name; what only one side has becomes a violation.
fn paired<'a, V>(
    what: &str,
    sqlite: &'a BTreeMap<String, V>,
    postgres: &'a BTreeMap<String, V>,
    found: &mut Vec<String>,
) -> Vec<(&'a str, &'a V, &'a V)> {
    let only = |name: &String, side: &str| format!("{what} {name} exists on {side} only");
    let ours = sqlite.keys().filter(|name| !postgres.contains_key(*name));
    found.extend(ours.map(|name| only(name, "SQLite")));
    let theirs = postgres.keys().filter(|name| !sqlite.contains_key(*name));
    found.extend(theirs.map(|name| only(name, "PostgreSQL")));
    let both = |(name, ours): (&'a String, &'a V)| Some((&**name, ours, postgres.get(name)?));
    sqlite.iter().filter_map(both).collect()
}

fn compare_tables(name: &str, sqlite: &Table, postgres: &Table, found: &mut Vec<String>) {
    let mut columns = Vec::new();
    for (column, ours, theirs) in paired("column", &sqlite.columns, &postgres.columns, &mut columns)
    {
        if !is_same(ours, theirs) {
            columns.push(differ(&format!("column {column}"), ours, theirs));
        }
    }
    found.extend(columns.into_iter().map(|message| format!("table {name}: {message}")));
    if sqlite.keys != postgres.keys {
        found.push(differ(&format!("keys of table {name}"), &sqlite.keys, &postgres.keys));
    }
}

fn compare_indexes(name: &str, sqlite: &Index, postgres: &Index, found: &mut Vec<String>) {
    if sqlite != postgres {
        found.push(differ(&format!("index {name}"), sqlite, postgres));
    }
}

fn is_same(sqlite: &Column, postgres: &Column) -> bool {
    let same_type = SAME_TYPES.contains(&(sqlite.kind.as_str(), postgres.kind.as_str()));
    same_type && sqlite.not_null == postgres.not_null
}

fn differ(what: &str, sqlite: impl Debug, postgres: impl Debug) -> String {
    format!("{what} differs: SQLite {sqlite:?}, PostgreSQL {postgres:?}")
}

/// The folders of one backend's migrations, in the order in which they run.
fn migrations(backend: &str) -> Vec<String> {
    let folders = children(&root().join("migrations").join(backend));
    folders.iter().filter(|path| path.is_dir()).map(|path| name_of(path)).collect()
}

fn repository_schema(backend: Backend, folder: &str) -> Schema {
    let mut schema = Schema::default();
    for migration in migrations(folder) {
        let path = root().join("migrations").join(folder).join(&migration).join("up.sql");
        let outcome = schema.apply(backend, &read(&path));
        outcome.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    schema
}

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = migrations("sqlite");
    assert!(!sqlite.is_empty(), "there is no migration");
    assert_eq!(sqlite, migrations("postgres"));
    for backend in ["sqlite", "postgres"] {
        for migration in &sqlite {
            let folder = root().join("migrations").join(backend).join(migration);
            let files: BTreeSet<String> = children(&folder).iter().map(|p| name_of(p)).collect();
            for file in ["up.sql", "down.sql"] {
                assert!(files.contains(file), "{backend}/{migration} lacks {file}");
            }
        }
    }
}

#[test]
fn both_databases_have_the_same_schema() {
    let sqlite = repository_schema(Backend::Sqlite, "sqlite");
    let postgres = repository_schema(Backend::Postgres, "postgres");
    assert!(!sqlite.tables.is_empty(), "the migrations make no table");
    assert_none(&violations(&sqlite, &postgres));
}

fn schema(backend: Backend, sql: &str) -> Schema {
    let mut schema = Schema::default();
    schema.apply(backend, sql).expect("the sample can be read");
    schema
}

const SQLITE: &str = "
    -- A sample; with a semicolon.
    CREATE TABLE cards (
        id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
        name TEXT NOT NULL,
        seen_at BIGINT CHECK (seen_at IS NOT NULL OR name = 'new'),
        tries INTEGER NOT NULL DEFAULT 0,
        open BOOLEAN NOT NULL,
        UNIQUE (name, open)
    );
    CREATE UNIQUE INDEX cards_open ON cards (name, id) WHERE open;
    CREATE TRIGGER guard BEFORE DELETE ON cards BEGIN SELECT raise(ABORT, 'no; never'); END;
    INSERT INTO cards (name) VALUES ('x');";

const POSTGRES: &str = "
    CREATE TABLE cards (
        id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
        name TEXT COLLATE \"C\" NOT NULL,
        seen_at BIGINT CHECK (seen_at IS NOT NULL OR name = 'new'),
        tries INTEGER NOT NULL DEFAULT 0,
        open BOOLEAN NOT NULL,
        UNIQUE(name,open)
    );
    CREATE UNIQUE INDEX cards_open ON cards(name, id) WHERE open;
    CREATE FUNCTION guard() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql;";

fn planted(from: &str, to: &str) -> Vec<String> {
    assert!(POSTGRES.contains(from), "the sample lacks {from:?}");
    let postgres = schema(Backend::Postgres, &POSTGRES.replacen(from, to, 1));
    violations(&schema(Backend::Sqlite, SQLITE), &postgres)
}

#[test]
fn the_samples_agree() {
    assert_none(&planted("cards", "cards"));
    let later = "ALTER TABLE cards ADD COLUMN note TEXT; DROP INDEX cards_open; DROP TABLE cards;";
    assert!(schema(Backend::Sqlite, &format!("{SQLITE} {later}")).tables.is_empty());
}

#[test]
fn a_planted_difference_is_caught() {
    let plants = [
        ("CREATE TABLE cards (", "CREATE TABLE more (id BYTEA); CREATE TABLE cards (", "more"),
        ("open BOOLEAN NOT NULL,", "open BOOLEAN NOT NULL, more BYTEA,", "column more exists"),
        ("seen_at BIGINT", "seen_at INTEGER", "column seen_at differs"),
        ("seen_at BIGINT", "seen_at BIGINT NOT NULL", "column seen_at differs"),
        ("TEXT COLLATE \"C\"", "TEXT", "column name differs"),
        ("tries INTEGER", "tries SMALLINT", "column tries differs"),
        ("UNIQUE(name,open)", "UNIQUE(name)", "keys of table cards differs"),
        ("CREATE UNIQUE INDEX", "CREATE INDEX", "index cards_open differs"),
        ("cards(name, id)", "cards(id, name)", "index cards_open differs"),
        ("WHERE open", "WHERE NOT open", "index cards_open differs"),
        ("INDEX cards_open", "INDEX cards_shut", "index cards_shut"),
    ];
    for (from, to, expected) in plants {
        let found = planted(from, to);
        assert!(found.iter().any(|one| one.contains(expected)), "{expected:?}: {found:#?}");
    }
}

#[test]
fn a_nullable_primary_key_is_caught() {
    let sqlite = schema(Backend::Sqlite, &SQLITE.replacen(" NOT NULL PRIMARY", " PRIMARY", 1));
    let postgres = schema(Backend::Postgres, POSTGRES);
    assert_caught(&violations(&sqlite, &postgres), "column id differs");
}

#[test]
fn a_change_that_cannot_be_followed_is_refused() {
    let outcome = Schema::default().apply(Backend::Sqlite, "ALTER TABLE cards RENAME TO other");
    assert!(outcome.expect_err("a rename is not followed").contains("cannot follow"));
}
