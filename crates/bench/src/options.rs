//! The command line.

use clap::{Parser, value_parser};

/// Measures throughput and latency on both databases, beside pgbench and bare actix-web
///
/// Run it with `just bench`, which starts PostgreSQL.
#[derive(Debug, Clone, Parser)]
#[command(name = "cardium-bench", version)]
pub struct Options {
    /// Seconds for which each cell is measured
    #[arg(long, default_value_t = 4, value_parser = value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// How often each cell is measured; the table shows medians
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u64).range(1..=100))]
    pub rounds: u64,
    /// Measure only cells whose name contains this, such as `direct/sqlite`; the baselines
    /// `pgbench` and `bare` are always measured
    #[arg(long, value_name = "PATTERN", default_value = "")]
    pub only: String,
}

impl Options {
    /// Seconds for which each cell is measured in all rounds together.
    #[must_use]
    pub const fn seconds_in_all(&self) -> u64 {
        self.seconds.saturating_mul(self.rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        <Options as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn flags_are_read() {
        let line = ["cardium-bench", "--seconds", "1", "--rounds", "3", "--only", "hot"];
        let options = Options::try_parse_from(line).unwrap();
        assert_eq!((options.seconds_in_all(), options.only.as_str()), (3, "hot"));
        assert!(Options::try_parse_from(["cardium-bench", "--rounds", "0"]).is_err());
    }
}
