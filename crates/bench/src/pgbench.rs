//! pgbench, the measure that ratios refer to: its own script, tpcb-like, in a database of its
//! own on the server that the other cells use.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cardium_testkit::{Backend, Scratch};

use crate::{
    error::BenchError,
    sample::{Latencies, Sample},
};

/// Ten branches, so that 32 clients rarely wait for one row.
const SCALE: &str = "10";
const CLIENTS: &str = "32";
const THREADS: &str = "2";
const LOG: &str = "transactions";

/// An initialised database.
pub struct Pgbench {
    programs: PathBuf,
    /// URL of the database that `tests/run` made; ours is made and dropped from there.
    server: String,
    name: String,
    /// Where pgbench logs each transaction.
    folder: Scratch,
}

impl Pgbench {
    /// Makes the database and fills it.
    ///
    /// # Errors
    /// When there is no PostgreSQL, or no pgbench.
    pub fn prepare() -> Result<Self, BenchError> {
        let prepared = Self {
            programs: variable("CARDIUM_TEST_PG_BIN")?.into(),
            server: variable("CARDIUM_TEST_POSTGRES_URL")?,
            name: format!("cardium_bench_{}", std::process::id()),
            folder: Scratch::new(Backend::Sqlite),
        };
        prepared.sql(&format!("CREATE DATABASE {}", prepared.name))?;
        prepared.pgbench(&["--initialize", "--quiet", "--scale", SCALE])?;
        Ok(prepared)
    }

    /// Runs the script for so long.
    ///
    /// # Errors
    /// When pgbench fails, or prints what nobody expects.
    pub fn measure(&self, seconds: u64) -> Result<Sample, BenchError> {
        let time = seconds.to_string();
        let prefix = format!("--log-prefix={LOG}");
        let options = ["--client", CLIENTS, "--jobs", THREADS, "--log", &prefix, "--time", &time];
        let printed = self.pgbench(&options)?;
        let rate = rate(&printed).ok_or_else(|| failed("pgbench", &printed))?;
        Ok(Sample::new(rate, self.take_log()?))
    }

    fn pgbench(&self, options: &[&str]) -> Result<String, BenchError> {
        let mut command = Command::new(self.programs.join("pgbench"));
        command.args(options).arg(self.url()).current_dir(self.folder.folder());
        run("pgbench", &mut command)
    }

    fn sql(&self, text: &str) -> Result<String, BenchError> {
        let mut command = Command::new(self.programs.join("psql"));
        run("psql", command.args(["-qX", "-c", text, "-d", &self.server]))
    }

    /// The server's URL with our database in the place of its own.
    fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap_or((&self.server, ""));
        format!("{server}/{}", self.name)
    }

    /// Reads and removes the logs, one for each thread of pgbench.
    fn take_log(&self) -> Result<Latencies, BenchError> {
        let mut latencies = Latencies::default();
        for entry in fs::read_dir(self.folder.folder())? {
            let path = entry?.path();
            if is_log(&path) {
                latencies.0.extend(fs::read_to_string(&path)?.lines().filter_map(latency));
                fs::remove_file(path)?;
            }
        }
        Ok(latencies)
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        // The server lives no longer than the run, so what is left behind goes with it.
        let _left_behind = self.sql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn variable(name: &'static str) -> Result<String, BenchError> {
    std::env::var(name).map_err(|_| BenchError::Environment(name))
}

fn is_log(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(LOG))
}

fn run(program: &'static str, command: &mut Command) -> Result<String, BenchError> {
    let output = command.output().map_err(|error| failed(program, &error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(program, String::from_utf8_lossy(&output.stderr).trim()))
}

fn failed(program: &'static str, detail: &str) -> BenchError {
    BenchError::Program { program, detail: detail.to_owned() }
}

/// Transactions in a second, without the time that connecting took.
fn rate(printed: &str) -> Option<f64> {
    let figure = printed.lines().find_map(|line| line.strip_prefix("tps = "))?;
    figure.split(' ').next()?.parse().ok()
}

/// The latency on a line of the log: client, transaction, microseconds, and so on.
fn latency(line: &str) -> Option<u32> {
    line.split(' ').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found_in_what_is_printed() {
        let printed = "number of failed transactions: 0 (0.000%)\nlatency average = 11.8 ms\n\
                       tps = 2702.5 (without initial connection time)\n";
        assert_eq!(rate(printed), Some(2_702.5));
        assert_eq!(rate("pgbench (15.3)"), None);
    }

    #[test]
    fn the_log_holds_a_latency_a_line() {
        assert_eq!(latency("0 199 2241 0 1175850568 995598"), Some(2_241));
        assert_eq!(latency(""), None);
    }
}
