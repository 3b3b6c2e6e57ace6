//! The load generator: callers that each wait for an answer before they ask again.
//!
//! It shares the machine's processors with what it measures, so it is one thread.

use std::time::Instant;

use tokio::{
    runtime,
    task::{JoinSet, LocalSet},
};

use crate::{
    error::BenchError,
    sample::{Latencies, Sample, Window},
};

/// Does the operation again and again while the window is open.
///
/// # Errors
/// The operation's first.
pub async fn repeat(
    window: Window,
    mut operation: impl AsyncFnMut() -> Result<(), BenchError>,
) -> Result<Latencies, BenchError> {
    let mut latencies = Latencies::default();
    let mut start = Instant::now();
    while window.takes(start) {
        operation().await?;
        let end = Instant::now();
        latencies.note(&window, start, end);
        start = end;
    }
    Ok(latencies)
}

/// Runs the callers beside each other and adds up what they measured.
///
/// # Errors
/// The first caller's that failed.
pub fn together<F>(
    window: Window,
    callers: impl IntoIterator<Item = F>,
) -> Result<Sample, BenchError>
where
    F: Future<Output = Result<Latencies, BenchError>> + 'static,
{
    alone(async {
        let mut running = JoinSet::new();
        for caller in callers {
            running.spawn_local(caller);
        }
        let mut all = Latencies::default();
        while let Some(ended) = running.join_next().await {
            all.0.extend(ended??.0);
        }
        Ok(all.sample(&window))
    })
}

/// Runs work on this thread alone.
///
/// # Errors
/// The work's own, or when the thread cannot wait for sockets.
pub fn alone<T>(work: impl Future<Output = Result<T, BenchError>>) -> Result<T, BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, work)
}
