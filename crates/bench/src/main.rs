//! `cardium-bench`: what the write path and the doors do in a second, beside what PostgreSQL and
//! actix-web do on the same machine in the same minutes.
//!
//! Invariants: cells of all kinds take turns, so a machine that slows down slows all of them;
//! ratios are taken within a round; a run whose databases do not verify fails. Deliberately
//! absent: comparisons with figures of an earlier run, which a noisy machine makes worthless.

mod authorize;
mod bare;
mod cast;
mod cell;
mod client;
mod direct;
mod error;
mod goals;
mod measure;
mod options;
mod pgbench;
mod receivers;
mod report;
mod request;
mod response;
mod run;
mod sample;
mod served;
mod webhooks;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use options::Options;

fn main() -> ExitCode {
    let outcome = run::bench(&Options::parse(), &mut io::stdout(), &mut io::stderr());
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    // Nowhere is left to say that standard error is closed.
    let _written = writeln!(io::stderr(), "cardium-bench: {text}");
    ExitCode::FAILURE
}
