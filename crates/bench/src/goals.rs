//! What the ratios should be (docs/BENCHMARKS.md). A missed goal is shown and fails nothing: one
//! noisy run proves neither.

/// A ratio between two cells of one run.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// Which cell.
    pub cell: &'static str,
    /// The cell it is compared with.
    pub base: &'static str,
    /// The least ratio of their rates.
    pub least: f64,
    /// The greatest p99 of the first, in milliseconds, where there is one.
    pub p99_ms: Option<f64>,
}

/// All goals that this program measures.
pub const GOALS: [Goal; 9] = [
    Goal { cell: "iso8583/postgres/alone", base: "pgbench", least: 3.0, p99_ms: Some(15.0) },
    Goal { cell: "http/postgres/load/uniform", base: "pgbench", least: 3.0, p99_ms: Some(30.0) },
    Goal {
        cell: "http/postgres/load/hot",
        base: "http/postgres/load/uniform",
        least: 0.9,
        p99_ms: None,
    },
    Goal {
        cell: "http/sqlite/load/uniform",
        base: "http/postgres/load/uniform",
        least: 1.5,
        p99_ms: None,
    },
    Goal { cell: "http/sqlite/load/hot", base: "http/postgres/load/hot", least: 1.5, p99_ms: None },
    Goal { cell: "http/sqlite/balance", base: "bare", least: 0.4, p99_ms: None },
    Goal { cell: "http/postgres/balance", base: "bare", least: 0.2, p99_ms: None },
    Goal {
        cell: "webhooks/sqlite/beside-hung",
        base: "webhooks/sqlite/alone",
        least: 0.95,
        p99_ms: None,
    },
    Goal {
        cell: "webhooks/postgres/beside-hung",
        base: "webhooks/postgres/alone",
        least: 0.95,
        p99_ms: None,
    },
];
