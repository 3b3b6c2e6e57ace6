//! What the store refuses to open.

use std::sync::Arc;

use cardium_store::{OpenError, Store};
use cardium_testkit::{Backend, Scratch, World};

use crate::on_both;

on_both! {
    other_keys_are_refused;
    a_newer_schema_is_refused;
    an_older_schema_is_refused_where_migrating_is_off;
}

fn other_keys_are_refused(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    drop(World::on(Arc::clone(&scratch), |_| {}));
    let mut settings = World::settings(&scratch);
    for (name, value) in &mut settings.key_checks {
        if name == "fingerprint" {
            *value = [0; 4];
        }
    }
    let refused = Store::open(&settings).err();
    assert!(
        matches!(&refused, Some(OpenError::Keys(name)) if name == "fingerprint"),
        "{refused:?}"
    );
}

fn a_newer_schema_is_refused(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    drop(World::on(Arc::clone(&scratch), |_| {}));
    scratch.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')");
    let refused = Store::open(&World::settings(&scratch)).err();
    assert!(matches!(refused, Some(OpenError::Migration(_))), "{refused:?}");
}

fn an_older_schema_is_refused_where_migrating_is_off(backend: Backend) {
    let scratch = Scratch::new(backend);
    let mut settings = World::settings(&scratch);
    settings.migrate = false;
    let refused = Store::open(&settings).err();
    assert!(matches!(refused, Some(OpenError::Migration(_))), "{refused:?}");
}

#[test]
fn postgres_that_may_lose_commits_is_refused() {
    let scratch = Scratch::new(Backend::Postgres);
    let mut settings = World::settings(&scratch);
    settings.url = format!("{}%20-csynchronous_commit%3Doff", settings.url);
    let refused = Store::open(&settings).err();
    assert!(
        matches!(&refused, Some(OpenError::Unsafe(why)) if why.contains("synchronous_commit")),
        "{refused:?}"
    );
}

#[test]
fn a_second_process_on_one_sqlite_file_is_refused() {
    let world = World::new(Backend::Sqlite);
    let refused = Store::open(&World::settings(&world.scratch)).err();
    assert!(matches!(refused, Some(OpenError::Locked(_))), "{refused:?}");
}
