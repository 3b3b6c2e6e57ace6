use cardium_auth::oauth::Client;
use cardium_kernel::Change;

use super::{Line, find_held};
use crate::{CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase, grants::end};

/// Goes on with a client that was ended: ends grants of it, or lets it go once none is open. Says
/// whether anything came of it.
#[derive(Debug, Clone)]
pub struct FinishClient {
    /// Which client.
    pub id: String,
    /// Open grants of it, as they were found; none where none was.
    pub grants: Vec<Line>,
}

impl UseCase for FinishClient {
    type Output = bool;

    fn hints(&self, _: &Context) -> Hints {
        Line::hints_of(&self.grants)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<bool> {
        if self.grants.is_empty() {
            return Ok(Ending::Done(unit.tx.drop_ended_client(&self.id)?));
        }
        let found = unit.tx.find_client(&self.id)?;
        let Some(client) = found.filter(|client| client.ended_at.is_some()) else {
            return Ok(Ending::Done(false));
        };
        Ok(Ending::Done(end_client(unit, client, &self.grants)?))
    }
}

/// Ends a client with these of its grants; says whether any of them was open. From then on no owner
/// can give it another: whoever agrees holds the client's row.
pub(super) fn end_client(
    unit: &mut Unit<'_>,
    mut client: Client,
    grants: &[Line],
) -> Result<bool, CommandError> {
    if client.end(unit.now()) == Change::Applied {
        unit.tx.save_client(&client)?;
    }
    let mut ended = false;
    for line in grants {
        let held = find_held(unit, line.grant)?;
        let own = held.filter(|held| held.grant.client_id == client.id);
        if let Some(mut held) = own.filter(|held| held.grant.ended_at.is_none()) {
            end(unit, &mut held)?;
            ended = true;
        }
    }
    Ok(ended)
}
