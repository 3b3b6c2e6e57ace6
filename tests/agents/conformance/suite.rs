use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Output},
};

use crate::agents::dialogue::{node, prepared};

/// Where the suite's program lies among the packages.
const PROGRAM: &str = "@modelcontextprotocol/conformance/dist/index.js";

/// A run of the suite.
pub struct Suite(Command);

/// What the suite says of each scenario in the end.
#[derive(Debug)]
pub struct Report {
    /// Checks that passed, in all.
    pub passed: u64,
    /// How many checks of a scenario failed, where any did.
    pub failed: BTreeMap<String, u64>,
    /// All of what was said.
    pub said: String,
}

impl Suite {
    /// With these arguments.
    pub fn new(arguments: &[&str]) -> Self {
        let mut program = Command::new(prepared("CARDIUM_TEST_NODE"));
        let packages = PathBuf::from(prepared("CARDIUM_TEST_NODE_MODULES"));
        program.arg(packages.join(PROGRAM)).args(arguments);
        Self(program)
    }

    /// Against a server of MCP, with a credential.
    pub fn with_token(address: &str, token: &str) -> Self {
        let mut program = node("conformance.mjs");
        program.args([&format!("http://{address}"), token]);
        Self(program)
    }

    /// What a revision requires of servers, and what else the suite knows of it.
    pub fn requiring(mut self, revision: &str) -> Self {
        self.0.args(["--requirements", revision]);
        self
    }

    /// The command, to be run by whoever talks to it.
    pub fn command(self) -> Command {
        self.0
    }

    /// What it finds. Its exit code is that of required scenarios alone, and so is left aside.
    #[track_caller]
    pub fn report(mut self) -> Report {
        let output = self.0.output().unwrap_or_else(|error| panic!("{:?}: {error}", self.0));
        Report::read(&output)
    }
}

impl Report {
    /// Reads the summary, which must add up.
    #[track_caller]
    fn read(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        let (_, summary) = said
            .split_once("=== SUMMARY ===")
            .unwrap_or_else(|| panic!("{}: no summary in {said}\n{errors}", output.status));
        let mut counts: Vec<_> = summary.lines().filter_map(counts).collect();
        let (total, passed, failed) = counts.pop().unwrap_or_else(|| panic!("nothing ran: {said}"));
        assert_eq!(total, "Total", "{said}");
        let sum = |of: fn(&(String, u64, u64)) -> u64| counts.iter().map(of).sum::<u64>();
        assert_eq!((sum(|one| one.1), sum(|one| one.2)), (passed, failed), "{said}");
        let failed = counts.into_iter().filter(|(_, _, failed)| *failed > 0);
        let failed = failed.map(|(name, _, failed)| (name, failed)).collect();
        Self { passed, failed, said }
    }
}

/// Name, passed and failed of a line such as `✓ tools-list: 3 passed, 0 failed`.
fn counts(line: &str) -> Option<(String, u64, u64)> {
    let (name, counts) = line.trim_start_matches(['✓', '✗', ' ']).rsplit_once(": ")?;
    let (passed, failed) = counts.split_once(" passed, ")?;
    let failed = failed.split_once(" failed")?.0;
    Some((name.to_owned(), passed.parse().ok()?, failed.parse().ok()?))
}

/// How many checks of which scenarios fail, by a file in tests/node.
pub fn expected(revision: &str) -> BTreeMap<String, u64> {
    let path = format!("{}/node/conformance-{revision}.yml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let entry = |line: &str| {
        let (name, count) = line.split_once(": ").unwrap_or_else(|| panic!("{path}: {line}"));
        (name.to_owned(), count.parse().unwrap_or_else(|_| panic!("{path}: {line}")))
    };
    lines.filter(|line| !line.starts_with('#')).map(entry).collect()
}
