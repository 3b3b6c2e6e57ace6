//! The order of a run: rounds of all cells, the table, and the check of every database.

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
    webhooks::Subscribed,
};

/// Measures and prints the table to `out`, and how far it is to `log`.
///
/// # Errors
/// When anything fails, or when a database is not sound after it.
pub fn bench(
    options: &Options,
    out: &mut impl Write,
    log: &mut impl Write,
) -> Result<(), BenchError> {
    let cells = cell::round(&options.only);
    if !cells.iter().any(|cell| cell.name().contains(&options.only)) {
        return Err(BenchError::NoCell(options.only.clone()));
    }
    log_errors();
    let mut stage = Stage::prepare(options)?;
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

/// What fails inside a server shows on standard error; nothing else is worth its time.
fn log_errors() {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr);
    lines.with_env_filter(EnvFilter::new("error")).init();
}

/// What the cells run on. Databases are made when a cell first asks for them.
struct Stage {
    options: Options,
    /// Where the servers live, apart from the thread that asks them.
    runtime: Runtime,
    pgbench: Pgbench,
    direct: PerBackend<Direct>,
    served: PerBackend<Served>,
    subscribed: PerBackend<Subscribed>,
}

impl Stage {
    fn prepare(options: &Options) -> Result<Self, BenchError> {
        Ok(Self {
            options: options.clone(),
            runtime: Builder::new_multi_thread().enable_all().build()?,
            pgbench: Pgbench::prepare()?,
            direct: PerBackend::default(),
            served: PerBackend::default(),
            subscribed: PerBackend::default(),
        })
    }

    fn measure(&mut self, cell: Cell) -> Result<Sample, BenchError> {
        let (runtime, seconds) = (&self.runtime, self.options.seconds);
        match cell {
            Cell::Pgbench => self.pgbench.measure(seconds),
            Cell::Bare => bare::measure(runtime, seconds),
            Cell::Direct(backend, spread, callers) => {
                let prepare = || Ok(Direct::prepare(backend));
                let direct = self.direct.get(backend, prepare)?;
                direct.measure((spread, callers), seconds)
            }
            Cell::Http(backend, operation) => {
                let all = self.options.seconds_in_all();
                let prepare = || Served::prepare(runtime, backend, all);
                let served = self.served.get(backend, prepare)?;
                served.measure(runtime, operation, seconds)
            }
            Cell::Iso8583(backend, company) => {
                let all = self.options.seconds_in_all();
                let prepare = || Served::prepare(runtime, backend, all);
                let served = self.served.get(backend, prepare)?;
                served.authorize(runtime, company, seconds)
            }
            Cell::Webhooks(backend, neighbours) => {
                let prepare = || Subscribed::prepare(runtime, backend);
                let subscribed = self.subscribed.get(backend, prepare)?;
                subscribed.measure(runtime, neighbours, seconds)
            }
        }
    }

    fn verify(&self, out: &mut impl Write) -> Result<(), BenchError> {
        let mut found = 0;
        writeln!(out)?;
        for (backend, direct) in self.direct.all() {
            found += print(out, ("direct", backend), &direct.verify())?;
        }
        for (backend, served) in self.served.all() {
            found += print(out, ("http", backend), &served.verify()?)?;
        }
        for (backend, subscribed) in self.subscribed.all() {
            found += print(out, ("webhooks", backend), &subscribed.verify()?)?;
        }
        out.flush()?;
        if found == 0 { Ok(()) } else { Err(BenchError::Unsound(found)) }
    }
}

/// Prints what a check found and gives how much it is.
fn print(
    out: &mut impl Write,
    (door, backend): (&str, Backend),
    findings: &Findings,
) -> Result<usize, BenchError> {
    for finding in &findings.findings {
        writeln!(out, "{}: {}", finding.invariant, finding.detail)?;
    }
    let summary = cardium_server::verify::summary(findings);
    writeln!(out, "- verify {door}/{}: {summary}", database(backend))?;
    Ok(findings.findings.len())
}

/// At most one for each database.
struct PerBackend<T>([(Backend, Option<T>); 2]);

impl<T> Default for PerBackend<T> {
    fn default() -> Self {
        Self([(Backend::Sqlite, None), (Backend::Postgres, None)])
    }
}

impl<T> PerBackend<T> {
    fn get(
        &mut self,
        backend: Backend,
        prepare: impl FnOnce() -> Result<T, BenchError>,
    ) -> Result<&T, BenchError> {
        let [(_, sqlite), (_, postgres)] = &mut self.0;
        let slot = match backend {
            Backend::Sqlite => sqlite,
            Backend::Postgres => postgres,
        };
        let made = match slot.take() {
            Some(made) => made,
            None => prepare()?,
        };
        Ok(slot.insert(made))
    }

    fn all(&self) -> impl Iterator<Item = (Backend, &T)> {
        self.0.iter().filter_map(|(backend, made)| Some((*backend, made.as_ref()?)))
    }
}
