//! Whether a run of the black-box tests saw every answer that the operation table promises: for
//! each operation its success, each error it declares, an unknown id, a missing scope and a
//! missing credential. Prints the table and fails where an answer was never seen.
//!
//! `cargo run -p cardium-tests --example coverage -- FOLDER`, where FOLDER is what
//! `CARDIUM_TEST_COVERAGE` named while the tests ran (see tests/run).

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use cardium_api_v1::{
    operation::{Access, Operation, operations, test_operations},
    problem::status_and_type,
};
use cardium_kernel::ErrorCode;

/// An answer that some test has to see: operation, status and error code.
type Cell = (String, u16, String);

/// What needs a process of its own and is only started so by tests about time: its refusals are
/// those of every helper.
const HELPERS_APART: [&str; 1] = ["advance_clock"];

/// All answers that were seen.
fn seen(folder: &Path) -> io::Result<BTreeSet<Cell>> {
    let mut cells = BTreeSet::new();
    for file in std::fs::read_dir(folder)? {
        let text = std::fs::read_to_string(file?.path())?;
        for line in text.lines() {
            let mut words = line.split(' ');
            if let (Some(id), Some(status), Some(code)) = (words.next(), words.next(), words.next())
                && let Ok(status) = status.parse()
            {
                cells.insert((id.to_owned(), status, code.to_owned()));
            }
        }
    }
    Ok(cells)
}

/// What a row of the table promises: the column's title and its answer.
fn promised(operation: &Operation) -> Vec<(String, Cell)> {
    let own = |status: u16, code: &str| (operation.id.to_owned(), status, code.to_owned());
    let refusal = |code: ErrorCode| own(status_and_type(code).0, code.as_str());
    let mut cells = vec![("success".to_owned(), own(operation.success, "-"))];
    if operation.access != Access::Public {
        cells.push(("no credential".to_owned(), refusal(ErrorCode::InvalidCredentials)));
        let scope = match operation.access {
            Access::Bearer(Some(_)) | Access::Own(_) => ErrorCode::InsufficientScope,
            Access::Public | Access::Bearer(None) | Access::Session => ErrorCode::SessionRequired,
        };
        cells.push(("no scope".to_owned(), refusal(scope)));
    }
    if operation.path.contains('{') {
        cells.push(("unknown id".to_owned(), refusal(ErrorCode::ResourceNotFound)));
    }
    let errors = operation.errors.iter();
    cells.extend(errors.map(|code| (code.as_str().to_owned(), refusal(*code))));
    cells
}

fn report(folder: &Path) -> io::Result<usize> {
    let (seen, mut out, mut gaps) = (seen(folder)?, io::stdout().lock(), 0_usize);
    for operation in operations().chain(test_operations()) {
        if HELPERS_APART.contains(&operation.id) {
            continue;
        }
        let cells = promised(operation);
        let mark = |(title, cell): &(String, Cell)| {
            let sign = if seen.contains(cell) { "+" } else { "MISSING:" };
            format!("{sign}{title}")
        };
        gaps += cells.iter().filter(|(_, cell)| !seen.contains(cell)).count();
        let marks: Vec<_> = cells.iter().map(mark).collect();
        writeln!(out, "{:<24} {}", operation.id, marks.join(", "))?;
    }
    writeln!(out, "coverage of /v1: {} answers seen, {gaps} never seen", seen.len())?;
    Ok(gaps)
}

fn main() -> ExitCode {
    let folder = std::env::args().nth(1);
    let gaps = folder.ok_or_else(|| io::Error::other("usage: coverage FOLDER"));
    match gaps.and_then(|folder| report(Path::new(&folder))) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _closed = writeln!(io::stderr(), "coverage: {error}");
            ExitCode::FAILURE
        }
    }
}
