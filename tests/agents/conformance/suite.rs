use std::{path::PathBuf, process::Command};

use crate::agents::dialogue::{node, prepared};

/// Where the suite's program lies among the packages.
const PROGRAM: &str = "@modelcontextprotocol/conformance/dist/index.js";

/// A run of the suite.
pub struct Suite(Command);

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

    /// What a revision requires of servers.
    pub fn requiring(mut self, revision: &str) -> Self {
        self.0.args(["--requirements", revision]);
        self
    }

    /// Which scenarios fail, by a file in tests/node. One that passes all the same is a failure.
    pub fn expecting(mut self, file: &str) -> Self {
        let path = format!("{}/node/{file}", env!("CARGO_MANIFEST_DIR"));
        self.0.args(["--expected-failures", &path]);
        self
    }

    /// The command, to be run by whoever talks to it.
    pub fn command(self) -> Command {
        self.0
    }

    /// Passes if the suite does.
    #[track_caller]
    pub fn passes(mut self) {
        let output = self.0.output().unwrap_or_else(|error| panic!("{:?}: {error}", self.0));
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let program = &self.0;
        assert!(output.status.success(), "{program:?}: {}\n{said}\n{errors}", output.status);
        assert!(said.contains("passed"), "nothing was run: {said}");
    }
}
