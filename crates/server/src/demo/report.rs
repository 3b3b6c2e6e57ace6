//! What the demo prints: one line a step, with its time.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use super::DemoError;
use crate::causes::with_causes;

/// What a step gives to the next ones, and what its line says.
pub(super) type Step<T> = Result<(T, String), DemoError>;

/// Prints the steps of the tour; the product of the command, so it goes to standard output.
pub(super) struct Report<'a> {
    out: &'a mut (dyn Write + Send),
    started: Instant,
    steps: u32,
}

impl<'a> Report<'a> {
    pub(super) fn new(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, started: Instant::now(), steps: 0 }
    }

    /// Runs a step and prints its line.
    pub(super) async fn step<T>(
        &mut self,
        title: &str,
        work: impl Future<Output = Step<T>>,
    ) -> Result<T, DemoError> {
        let started = Instant::now();
        let outcome = work.await;
        let took = started.elapsed();
        self.steps = self.steps.saturating_add(1);
        match outcome {
            Ok((value, note)) => {
                self.line("ok", took, title, &note)?;
                Ok(value)
            }
            Err(error) => {
                self.line("FAILED", took, title, &with_causes(&error))?;
                Err(error)
            }
        }
    }

    /// Prints the last line.
    pub(super) fn conclude(&mut self) -> io::Result<()> {
        let (steps, total) = (self.steps, self.started.elapsed().as_millis());
        writeln!(self.out, "All {steps} steps as expected, in {total} ms.")?;
        self.out.flush()
    }

    fn line(&mut self, word: &str, took: Duration, title: &str, note: &str) -> io::Result<()> {
        let ms = took.as_millis();
        writeln!(self.out, "{word:<6} {ms:>6} ms  {title:<34} {note}")?;
        self.out.flush()
    }
}
