//! The table: medians over rounds, ratios taken within each round. Markdown, so that it can be
//! kept in docs/BENCHMARKS.md as it is.

use std::io::{self, Write};

use crate::{
    cell::Cell,
    goals::{GOALS, Goal},
    sample::{Sample, median},
};

/// What was measured: a sample of each cell for each round.
#[derive(Debug, Default)]
pub struct Report {
    cells: Vec<(String, Vec<Sample>)>,
}

const HEADERS: [&str; 8] = [
    "cell",
    "ops/s",
    "p50 ms",
    "p99 ms",
    "x pgbench",
    "x bare",
    "commands/batch",
    "statements/batch",
];
/// The widest name has 29 characters.
const WIDTHS: [usize; 8] = [29, 8, 8, 8, 9, 6, 14, 16];

impl Report {
    /// Adds a cell's sample of the next round.
    pub fn add(&mut self, cell: Cell, sample: Sample) {
        let name = cell.name();
        match self.cells.iter_mut().find(|(known, _)| *known == name) {
            Some((_, samples)) => samples.push(sample),
            None => self.cells.push((name, vec![sample])),
        }
    }

    /// Writes the table, and which goals are met.
    ///
    /// # Errors
    /// When `out` is closed.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        write_row(out, &HEADERS.map(str::to_owned))?;
        write_row(out, &WIDTHS.map(|width| "-".repeat(width)))?;
        for (name, samples) in &self.cells {
            write_row(out, &self.row(name, samples))?;
        }
        writeln!(out)?;
        for goal in &GOALS {
            self.write_goal(out, goal)?;
        }
        out.flush()
    }

    fn row(&self, name: &str, samples: &[Sample]) -> [String; 8] {
        let figure = |read: fn(&Sample) -> f64| median(samples.iter().map(read));
        let batch = |read: fn((f64, f64)) -> f64| {
            median(samples.iter().filter_map(|sample| sample.batch).map(read))
        };
        let bare = if name.ends_with("/balance") { self.ratio(name, "bare") } else { None };
        [
            name.to_owned(),
            shown(figure(|sample| sample.rate), 0),
            shown(figure(|sample| sample.p50_ms), 2),
            shown(figure(|sample| sample.p99_ms), 2),
            shown(self.ratio(name, "pgbench"), 2),
            shown(bare, 2),
            shown(batch(|(commands, _)| commands), 1),
            shown(batch(|(_, statements)| statements), 1),
        ]
    }

    /// The median over the rounds of one cell's rate by another's; none where one is missing.
    fn ratio(&self, name: &str, base: &str) -> Option<f64> {
        let pairs = self.samples(name)?.iter().zip(self.samples(base)?);
        median(pairs.filter(|(_, base)| base.rate > 0.0).map(|(cell, base)| cell.rate / base.rate))
    }

    fn samples(&self, name: &str) -> Option<&[Sample]> {
        let found = self.cells.iter().find(|(known, _)| known == name);
        found.map(|(_, samples)| samples.as_slice())
    }

    fn write_goal(&self, out: &mut impl Write, goal: &Goal) -> io::Result<()> {
        let Some(ratio) = self.ratio(goal.cell, goal.base) else {
            return Ok(());
        };
        let samples = self.samples(goal.cell).unwrap_or_default();
        let p99 = median(samples.iter().map(|sample| sample.p99_ms)).unwrap_or(0.0);
        let met = ratio >= goal.least && goal.p99_ms.is_none_or(|most| p99 <= most);
        let word = if met { "met" } else { "missed" };
        let Goal { cell, base, least, .. } = goal;
        write!(out, "- {word}: {cell} is {ratio:.2} x {base}, goal {least:.2}")?;
        match goal.p99_ms {
            Some(most) => writeln!(out, "; p99 is {p99:.1} ms, goal {most:.0} ms"),
            None => writeln!(out),
        }
    }
}

fn shown(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or_else(String::new, |figure| format!("{figure:.decimals$}"))
}

fn write_row(out: &mut impl Write, fields: &[String; 8]) -> io::Result<()> {
    let [name, figures @ ..] = fields;
    let [first, widths @ ..] = WIDTHS;
    write!(out, "| {name:<first$} |")?;
    for (figure, width) in figures.iter().zip(widths) {
        write!(out, " {figure:>width$} |")?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cell, sample::Latencies};

    fn report(rounds: [[f64; 3]; 2]) -> String {
        let mut report = Report::default();
        let cells = cell::round("http/sqlite/balance");
        for rates in rounds {
            for (cell, rate) in cells.iter().zip(rates) {
                report.add(*cell, Sample::new(rate, Latencies(vec![1_500])));
            }
        }
        let mut written = Vec::new();
        report.write(&mut written).unwrap();
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn ratios_are_those_of_each_round() {
        let written = report([[100.0, 1_000.0, 500.0], [50.0, 1_000.0, 300.0]]);
        let row = written.lines().find(|line| line.contains("balance")).unwrap();
        let fields: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(fields[1..7], ["http/sqlite/balance", "400", "1.50", "1.50", "5.50", "0.40"]);
        assert!(written.contains("- met: http/sqlite/balance is 0.40 x bare, goal 0.40\n"));
    }

    #[test]
    fn a_missed_goal_is_called_so() {
        let written = report([[1.0, 10.0, 3.0], [1.0, 10.0, 3.0]]);
        assert!(written.contains("- missed: http/sqlite/balance is 0.30 x bare"), "{written}");
    }
}
