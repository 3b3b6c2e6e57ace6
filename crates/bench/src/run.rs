//! The order of a run: databases, rounds, table, verification.

use std::io::Write;

use cardium_store::Report as Findings;
use cardium_testkit::Backend;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::EnvFilter;

use crate::{
    bare,
    cell::{self, Cell, database},
    direct::Direct,
    error::BenchError,
    options::Options,
    pgbench::Pgbench,
    report::Report,
    sample::Sample,
    served::Served,
};

/// What the cells run on; only what the round needs exists.
struct Stage {
    seconds: u64,
    /// Where the servers live, apart from the thread that asks.
    runtime: Runtime,
    pgbench: Pgbench,
    direct: Vec<(Backend, Direct)>,
    served: Vec<(Backend, Served)>,
}

/// Measures and prints the table to `out`, and how far it is to `log`.
///
/// # Errors
/// When anything fails, or when a database is not sound after it.
pub fn bench(
    options: &Options,
    out: &mut impl Write,
    log: &mut impl Write,
) -> Result<(), BenchError> {
    log_errors();
    let cells = cell::round(&options.only);
    if cells.len() == cell::BASELINES.len() && !cell::is_baseline_named(&options.only) {
        return Err(BenchError::NoCell(options.only.clone()));
    }
    let stage = Stage::prepare(&cells, options, log)?;
    let mut report = Report::default();
    for round in 1..=options.rounds {
        for cell in &cells {
            let sample = stage.measure(*cell)?;
            let (rounds, name, rate) = (options.rounds, cell.name(), sample.rate);
            writeln!(log, "round {round}/{rounds}: {name}: {rate:.0} ops/s")?;
            report.add(*cell, sample);
        }
    }
    report.write(out)?;
    stage.verify(out)
}

/// What fails inside a server shows on standard error; nothing else is worth the time it takes.
fn log_errors() {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr);
    lines.with_env_filter(EnvFilter::new("error")).init();
}

impl Stage {
    fn prepare(
        cells: &[Cell],
        options: &Options,
        log: &mut impl Write,
    ) -> Result<Self, BenchError> {
        writeln!(log, "preparing pgbench")?;
        let mut stage = Self {
            seconds: options.seconds,
            runtime: Builder::new_multi_thread().enable_all().build()?,
            pgbench: Pgbench::prepare()?,
            direct: Vec::new(),
            served: Vec::new(),
        };
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let name = database(backend);
            let on = |cell: &Cell, wanted: &str| cell.name().starts_with(wanted);
            let needs = |door: &str| {
                let wanted = format!("{door}/{name}/");
                cells.iter().any(|cell| on(cell, &wanted))
            };
            if needs("direct") {
                writeln!(log, "preparing direct/{name}")?;
                stage.direct.push((backend, Direct::prepare(backend)));
            }
            if needs("http") {
                writeln!(log, "preparing http/{name}")?;
                let seconds = options.seconds_in_all();
                let served = Served::prepare(&stage.runtime, backend, seconds)?;
                stage.served.push((backend, served));
            }
        }
        Ok(stage)
    }
}
