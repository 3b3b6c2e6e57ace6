//! What a server refuses to start on, and how it says so.

use std::{fs, path::Path, sync::Arc};

use cardium_testkit::{Backend, Scratch};

use crate::{
    on_both,
    support::{
        Finished, Process, assert_exit, assert_verified, customer::Customer, finish, serve, verify,
    },
};

on_both! {
    other_keys_are_refused;
    settings_that_cannot_be_meant_are_refused;
    the_keys_are_kept_across_restarts;
}

/// Starts a server that is expected not to serve.
fn refused(scratch: &Scratch, settings: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let mut command = serve(scratch, settings);
    command.args(arguments);
    let finished = finish(scratch, command);
    assert_exit(&finished, 1);
    assert!(finished.errors.starts_with("cardium: "), "one line, to people: {}", finished.errors);
    finished
}

#[track_caller]
fn assert_says(finished: &Finished, wanted: &str) {
    assert!(finished.errors.contains(wanted), "{wanted:?} is not in {}", finished.errors);
}

#[test]
fn a_second_server_on_one_data_directory_is_refused() {
    let scratch = Arc::new(Scratch::new(Backend::Sqlite));
    let process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    let second = refused(&scratch, &[], &[]);
    assert_says(&second, "is in use by another process");
    assert_eq!(customer.treasury(), 0, "the first goes on");
}

fn other_keys_are_refused(backend: Backend) {
    let (scratch, other) = (Arc::new(Scratch::new(backend)), Arc::new(Scratch::new(backend)));
    for scratch in [&scratch, &other] {
        let mut process = Process::start(scratch);
        Customer::sign_up(&process);
        assert!(process.stop().success());
    }
    let [keys, others] = [&scratch, &other].map(|scratch| scratch.folder().join("keys"));
    let aside = keys.with_extension("aside");
    fs::rename(&keys, &aside).expect("files can be moved");
    assert_says(&refused(&scratch, &[], &[]), "holds no keys");
    copy(&others, &keys);
    assert_says(&refused(&scratch, &[], &[]), "written with another key");
    assert!(!verify(&scratch).status.success(), "the audit chains are another key's");
    fs::remove_dir_all(&keys).expect("files can be removed");
    fs::rename(&aside, &keys).expect("files can be moved");
    assert_verified(&scratch);
    Process::start(&scratch);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("folders can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("files can be copied");
    }
}

fn settings_that_cannot_be_meant_are_refused(backend: Backend) {
    let scratch = Scratch::new(backend);
    let file = scratch.folder().join("settings.toml");
    let with_file = |text: &str| {
        fs::write(&file, text).expect("files can be written");
        refused(&scratch, &[], &["--config", &file.display().to_string()])
    };
    assert_says(&refused(&scratch, &[("CARDIUM__SERVER__BNID", "127.0.0.1:1")], &[]), "bnid");
    assert_says(&with_file("[sevrer]\nbind = \"127.0.0.1:1\"\n"), "sevrer");
    assert_says(&with_file("[database]\npool_size = \"many\"\n"), "database.pool_size");
    let production = refused(&scratch, &[("CARDIUM__ENVIRONMENT", "production")], &[]);
    for rail in ["rails.chains is simulated", "rails.card_network is simulated"] {
        assert_says(&production, rail);
    }
}

fn the_keys_are_kept_across_restarts(backend: Backend) {
    let scratch = Arc::new(Scratch::new(backend));
    let mut process = Process::start(&scratch);
    let customer = Customer::sign_up(&process);
    let card = customer.issue();
    assert!(process.stop().success());
    let process = Process::start(&scratch);
    let again = customer.at(&process).reveal(card.id.clone());
    assert_eq!((&again.pan, &again.cvv), (&card.pan, &card.cvv));
}
