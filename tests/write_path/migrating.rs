//! Migrations go down as they went up: each leaves what was there before it, and an older binary
//! finds nothing that it does not know.

use std::{fs, path::PathBuf, sync::Arc};

use cardium_app::cards::FreezeCard;
use cardium_kernel::Book;
use cardium_testkit::{Backend, Scratch, Tenant, World};

use crate::on_both;

on_both! {
    every_migration_goes_down_and_up_again;
    what_agents_left_goes_down_with_them;
}

fn folder(backend: Backend) -> PathBuf {
    let name = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(name)
}

/// The migrations of a database, in order.
fn migrations(backend: Backend) -> Vec<String> {
    let entries = fs::read_dir(folder(backend)).expect("there are migrations");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("it is read").file_name().into_string().expect("it is text")
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort_unstable();
    names
}

fn run(scratch: &Scratch, migration: &str, way: &str) {
    let path = folder(scratch.backend()).join(migration).join(way);
    let sql = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    scratch.execute(&sql);
}

/// Tables with their columns, indexes, triggers and functions.
fn schema(scratch: &Scratch) -> Vec<String> {
    scratch.lines(match scratch.backend() {
        Backend::Sqlite => {
            "SELECT type || ' ' || name || ' ' || CASE type WHEN 'table' THEN '' \
             ELSE coalesce(sql, '') END AS line FROM sqlite_master UNION ALL \
             SELECT m.name || '.' || c.name || ' ' || c.type || c.\"notnull\" || c.pk AS line \
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' \
             ORDER BY line"
        }
        Backend::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || is_nullable AS line \
             FROM information_schema.columns WHERE table_schema = current_schema() UNION ALL \
             SELECT replace(indexdef, current_schema(), '') FROM pg_indexes \
             WHERE schemaname = current_schema() UNION ALL \
             SELECT 'trigger ' || trigger_name FROM information_schema.triggers \
             WHERE trigger_schema = current_schema() UNION ALL \
             SELECT 'function ' || routine_name FROM information_schema.routines \
             WHERE routine_schema = current_schema() ORDER BY line"
        }
    })
}

fn every_migration_goes_down_and_up_again(backend: Backend) {
    let scratch = Scratch::new(backend);
    let mut schemas = vec![schema(&scratch)];
    let migrations = migrations(backend);
    for migration in &migrations {
        run(&scratch, migration, "up.sql");
        let after = schema(&scratch);
        let before = schemas.last().expect("one was pushed");
        assert_ne!(&after, before, "{migration} does something");
        run(&scratch, migration, "down.sql");
        assert_eq!(&schema(&scratch), before, "{migration} goes down");
        run(&scratch, migration, "up.sql");
        assert_eq!(schema(&scratch), after, "{migration} goes up again");
        schemas.push(after);
    }
    schemas.pop();
    for (migration, before) in migrations.iter().zip(schemas).rev() {
        run(&scratch, migration, "down.sql");
        assert_eq!(schema(&scratch), before, "{migration} goes down after the others");
    }
}

/// What the words of migration 000015 become for a binary that does not know them.
const WORDS: [(&str, &str, &str, &str); 5] = [
    ("cards", "freeze_reason", "account_locked", "cardholder"),
    ("transactions", "decline", "agent_mandate_over", "controls_expired"),
    ("transactions", "decline", "agent_mcc_blocked", "mcc_blocked"),
    ("transactions", "decline", "agent_merchant_blocked", "merchant_blocked"),
    ("transactions", "decline", "agent_transaction_limit", "transaction_limit"),
];

fn what_agents_left_goes_down_with_them(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let world = World::on(Arc::clone(&scratch), |_| {});
    let tenant = world.tenant();
    world.fund(tenant, Book::Live, 50_000);
    let card = world.card(tenant, Book::Live);
    world.run(tenant.actor(), Tenant::load(card, 1_000)).expect("the treasury covers it");
    world.run(tenant.actor(), FreezeCard { card }).expect("it is active");
    drop(world);
    let count = |rows: &str| scratch.count(&format!("SELECT COUNT(*) AS count FROM {rows}"));
    scratch.execute(
        "UPDATE cards SET freeze_reason = 'account_locked'; \
         UPDATE credentials SET kind = 'grant'",
    );
    let last = migrations(backend).pop().expect("there are migrations");
    assert!(last.ends_with("000015_oauth_and_grants"), "{last}: of which versions is this true?");
    run(&scratch, &last, "down.sql");
    assert_eq!(count("credentials"), 0, "nobody knows what a grant is");
    for (table, column, new, old) in WORDS {
        assert_eq!(count(&format!("{table} WHERE {column} = '{new}'")), 0, "{new}");
        let known = count(&format!("{table} WHERE {column} = '{old}'"));
        assert_eq!(known, i64::from(table == "cards"), "{old}");
    }
    scratch.execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261122000015'");
    // The process itself goes up again, and finds its books in order.
    let world = World::on(Arc::clone(&scratch), |_| {});
    assert_eq!(world.verify().findings, []);
    let [live, _] = world.reads.balances(tenant.account).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(live.available.minor(), 49_000);
}
