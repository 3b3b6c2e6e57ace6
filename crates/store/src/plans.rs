//! How SQLite runs a statement, for tests. It keeps no statistics: which index a statement takes
//! depends on its words alone.

use crate::{
    db::{Connection, Kind, Sql, Value},
    migrations,
};

/// A fresh database, and no file of it once it is closed.
pub(crate) fn database(name: &str) -> Connection {
    let path = std::env::temp_dir().join(format!("cardium-plans-{}-{name}.db", std::process::id()));
    let url = path.to_str().unwrap();
    migrations::run(url).unwrap();
    let connection = Connection::open_writer(url).unwrap();
    for end in ["", "-wal", "-shm"] {
        let _gone = std::fs::remove_file(format!("{url}{end}"));
    }
    connection
}

/// How SQLite runs a statement, one step a line.
pub(crate) fn plan(connection: &mut Connection, statement: &str) -> String {
    // Parameters with a name need no value.
    let steps = format!("EXPLAIN QUERY PLAN {}", statement.replace('?', ":p"));
    let kinds = [Kind::Int, Kind::Int, Kind::Int, Kind::Text];
    let steps = connection.select(&Sql::new(steps), &kinds).unwrap();
    let step = |record: &Vec<Value<'_>>| match &record[3] {
        Value::Text(text) => text.to_string(),
        other => panic!("no text: {other:?}"),
    };
    steps.iter().map(step).collect::<Vec<_>>().join("\n")
}
