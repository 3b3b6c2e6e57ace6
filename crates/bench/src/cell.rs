//! What is measured: one cell of the table each.

use cardium_testkit::Backend;

/// Connections of an HTTP cell.
pub const CONNECTIONS: usize = 64;
/// The most callers of a direct cell.
pub const MOST_CALLERS: usize = 256;
/// Concurrent callers of the direct cells.
const CALLERS: [usize; 2] = [CONNECTIONS, MOST_CALLERS];
const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

/// Whose money a load takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Each caller has an account of its own.
    Uniform,
    /// All callers load cards of one account, from one treasury.
    Hot,
}

/// What an HTTP cell asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `POST /v1/cards/{id}/load`.
    Load(Spread),
    /// `GET /v1/balance`.
    Balance,
    /// `POST /v1/topups`.
    Topup,
}

/// One thing that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// pgbench's own script, tpcb-like.
    Pgbench,
    /// A JSON handler of actix-web that does nothing else.
    Bare,
    /// Card loads through the port of the write path.
    Direct(Backend, Spread, usize),
    /// Requests to a whole server.
    Http(Backend, Operation),
    /// Authorization requests to a whole server's card network door.
    Iso8583(Backend, Company),
    /// Webhooks from a whole server to receivers that answer at once.
    Webhooks(Backend, Neighbours),
}

/// What other receivers do meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// There are none.
    None,
    /// A hundred take connections and never answer.
    Hung,
}

impl Neighbours {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "alone",
            Self::Hung => "beside-hung",
        }
    }
}

/// What else the server does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Nothing.
    Alone,
    /// Card loads over HTTP, whose events are delivered to nobody.
    BesideLoads,
}

impl Company {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::BesideLoads => "beside-loads",
        }
    }
}

impl Cell {
    /// The cell's name, as `--only` takes it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Pgbench => "pgbench".to_owned(),
            Self::Bare => "bare".to_owned(),
            Self::Direct(backend, spread, callers) => {
                format!("direct/{}/{}/{callers}", database(backend), spread.as_str())
            }
            Self::Iso8583(backend, company) => {
                format!("iso8583/{}/{}", database(backend), company.as_str())
            }
            Self::Webhooks(backend, neighbours) => {
                format!("webhooks/{}/{}", database(backend), neighbours.as_str())
            }
            Self::Http(backend, operation) => {
                let database = database(backend);
                match operation {
                    Operation::Load(spread) => format!("http/{database}/load/{}", spread.as_str()),
                    Operation::Balance => format!("http/{database}/balance"),
                    Operation::Topup => format!("http/{database}/topup"),
                }
            }
        }
    }

    const fn is_baseline(self) -> bool {
        matches!(self, Self::Pgbench | Self::Bare)
    }
}

impl Spread {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Hot => "hot",
        }
    }
}

/// The database's name in cells.
#[must_use]
pub const fn database(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    }
}

/// The cells of a round, in order: the baselines, and what `only` names.
#[must_use]
pub fn round(only: &str) -> Vec<Cell> {
    let spreads = [Spread::Uniform, Spread::Hot];
    let mut cells = vec![Cell::Pgbench, Cell::Bare];
    for callers in CALLERS {
        for spread in spreads {
            cells.extend(BACKENDS.map(|backend| Cell::Direct(backend, spread, callers)));
        }
    }
    let loads = spreads.map(Operation::Load);
    for request in loads.into_iter().chain([Operation::Balance, Operation::Topup]) {
        cells.extend(BACKENDS.map(|backend| Cell::Http(backend, request)));
    }
    for company in [Company::Alone, Company::BesideLoads] {
        cells.extend(BACKENDS.map(|backend| Cell::Iso8583(backend, company)));
    }
    for neighbours in [Neighbours::None, Neighbours::Hung] {
        cells.extend(BACKENDS.map(|backend| Cell::Webhooks(backend, neighbours)));
    }
    cells.retain(|cell| cell.is_baseline() || cell.name().contains(only));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let mut names: Vec<String> = round("").into_iter().map(Cell::name).collect();
        assert_eq!(names.len(), 2 + 8 + 8 + 4 + 4);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 26);
        assert_eq!(round("direct/sqlite").len(), 2 + 4);
        assert_eq!(round("nothing"), [Cell::Pgbench, Cell::Bare]);
    }
}
