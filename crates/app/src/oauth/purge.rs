use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase, upkeep::SLICE};

/// Forgets requests, codes, refresh tokens, clients and approvals whose time is over, a slice at a
/// time; says how many of the most numerous kind.
#[derive(Debug, Clone)]
pub struct PurgeOAuth;

impl UseCase for PurgeOAuth {
    type Output = i64;

    fn hints(&self, _: &Context) -> Hints {
        Hints::cold()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<i64> {
        let now = unit.now();
        Ok(Ending::Done(unit.tx.purge_oauth(now, SLICE)?))
    }
}
