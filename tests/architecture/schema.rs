//! What the SQL in `migrations/` leaves behind: tables, columns, keys and indexes.
//!
//! It follows CREATE TABLE, CREATE INDEX, ALTER TABLE .. ADD and DROP COLUMN, and DROP. Triggers,
//! functions, seed rows and the wording of CHECKs are deliberately passed over; any other change of
//! a table is an error, so that none goes unseen.

use super::sql::{Statement, begins, outermost, parenthesis, parts, position, statements};
use std::collections::BTreeMap;

/// The dialect a migration is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Default)]
pub(super) struct Schema {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) indexes: BTreeMap<String, Index>,
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) columns: BTreeMap<String, Column>,
    /// PRIMARY KEY, UNIQUE and FOREIGN KEY clauses, wherever they were written; sorted.
    pub(super) keys: Vec<String>,
}

/// A column; `kind` is its type in upper case, with the collation if one is named.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) kind: String,
    pub(super) not_null: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) table: String,
    pub(super) columns: String,
    pub(super) unique: bool,
    /// What follows the columns: WHERE and its condition, or nothing.
    pub(super) predicate: String,
}

/// The words that end a column's type.
const AFTER_TYPE: [&str; 9] =
    ["NOT", "NULL", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "DEFAULT", "COLLATE", "CONSTRAINT"];

type Outcome = Result<(), String>;

impl Schema {
    /// Applies one `up.sql`.
    pub(super) fn apply(&mut self, backend: Backend, sql: &str) -> Outcome {
        for statement in statements(sql) {
            let outcome = self.run(backend, &statement);
            outcome.map_err(|error| format!("{error}: {}", statement.join(" ")))?;
        }
        Ok(())
    }

    fn run(&mut self, backend: Backend, statement: &Statement) -> Outcome {
        if begins(statement, "CREATE TABLE") {
            self.create_table(backend, statement)
        } else if begins(statement, "CREATE INDEX") || begins(statement, "CREATE UNIQUE INDEX") {
            self.create_index(statement)
        } else if begins(statement, "ALTER TABLE") {
            self.alter_table(statement)
        } else if begins(statement, "DROP TABLE") || begins(statement, "DROP INDEX") {
            self.drop_by_name(statement)
        } else {
            Ok(())
        }
    }

    fn create_table(&mut self, backend: Backend, statement: &Statement) -> Outcome {
        let (head, body, tail) = parenthesis(statement).ok_or("no columns")?;
        let mut table = Table::default();
        for part in parts(body) {
            table.add(part)?;
        }
        // SQLite lets NULL into primary keys, save in STRICT and WITHOUT ROWID tables.
        let strict = ["STRICT", "ROWID"].iter().any(|word| position(tail, word).is_some());
        if backend == Backend::Postgres || strict {
            table.forbid_null_in_key();
        }
        table.keys.sort();
        let name = head.last().cloned().unwrap_or_default();
        insert_new(&mut self.tables, &name, table)
    }

    fn create_index(&mut self, statement: &Statement) -> Outcome {
        let (head, columns, tail) = parenthesis(statement).ok_or("no columns")?;
        let on = position(head, "ON").ok_or("no table")?;
        let name = &head[on - 1];
        let table = head.get(on + 1).ok_or("no table")?.clone();
        let unique = begins(statement, "CREATE UNIQUE");
        let index = Index { table, columns: columns.join(" "), unique, predicate: tail.join(" ") };
        insert_new(&mut self.indexes, name, index)
    }

    fn alter_table(&mut self, statement: &Statement) -> Outcome {
        let (head, change) = statement.split_at(statement.len().min(3));
        let adds = begins(change, "ADD COLUMN");
        if !adds && !begins(change, "DROP COLUMN") {
            return Err("the parity test cannot follow this change".into());
        }
        let table = head.last().and_then(|name| self.tables.get_mut(name));
        let (table, column) = (table.ok_or("unknown table")?, &change[2..]);
        if adds {
            return table.add(column);
        }
        let name = column.first().ok_or("no column")?;
        table.columns.remove(name).map(drop).ok_or_else(|| "unknown column".into())
    }

    fn drop_by_name(&mut self, statement: &Statement) -> Outcome {
        let name = statement.last().cloned().unwrap_or_default();
        let known = if begins(statement, "DROP TABLE") {
            self.indexes.retain(|_, index| index.table != name);
            self.tables.remove(&name).is_some()
        } else {
            self.indexes.remove(&name).is_some()
        };
        if known { Ok(()) } else { Err("unknown name".into()) }
    }
}

fn insert_new<V>(map: &mut BTreeMap<String, V>, name: &str, value: V) -> Outcome {
    match map.insert(name.to_owned(), value) {
        Some(_) => Err(format!("{name} is made twice")),
        None => Ok(()),
    }
}

impl Table {
    /// Adds a column or a table constraint.
    fn add(&mut self, part: &[String]) -> Outcome {
        let part = if begins(part, "CONSTRAINT") { part.get(2..).unwrap_or(&[]) } else { part };
        if begins(part, "PRIMARY KEY") || begins(part, "UNIQUE") || begins(part, "FOREIGN KEY") {
            self.keys.push(part.join(" "));
            Ok(())
        } else if begins(part, "CHECK") {
            Ok(())
        } else {
            let (name, rest) = part.split_first().ok_or("an empty line")?;
            self.add_column(name, rest)
        }
    }

    fn add_column(&mut self, name: &str, rest: &[String]) -> Outcome {
        let outer = outermost(rest);
        let type_ends = |word: &&&str| AFTER_TYPE.iter().any(|end| word.eq_ignore_ascii_case(end));
        let length = outer.iter().position(|word| type_ends(&word)).unwrap_or(outer.len());
        let mut kind = outer[..length].join(" ").to_uppercase();
        if let Some(at) = position(&outer, "COLLATE") {
            let collation = outer.get(at + 1).ok_or("no collation")?;
            kind = format!("{kind} COLLATE {collation}");
        }
        for (word, clause) in [("PRIMARY", "PRIMARY KEY"), ("UNIQUE", "UNIQUE")] {
            if position(&outer, word).is_some() {
                self.keys.push(format!("{clause} ( {name} )"));
            }
        }
        if let Some(at) = position(rest, "REFERENCES") {
            self.keys.push(format!("FOREIGN KEY ( {name} ) {}", rest[at..].join(" ")));
        }
        let column = Column { kind, not_null: position(&outer, "NOT").is_some() };
        insert_new(&mut self.columns, name, column)
    }

    fn forbid_null_in_key(&mut self) {
        let key = self.keys.iter().find_map(|key| key.strip_prefix("PRIMARY KEY ( "));
        let names = key.map(|names| names.trim_end_matches(" )").to_owned()).unwrap_or_default();
        for name in names.split(" , ") {
            if let Some(column) = self.columns.get_mut(name) {
                column.not_null = true;
            }
        }
    }
}
