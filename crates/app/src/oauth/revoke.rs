use cardium_kernel::{Change, GrantId};

use super::{Line, find_held};
use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase, grants::end};

/// A client gives a token back (RFC 7009): the grant ends, with all its tokens.
#[derive(Debug, Clone)]
pub struct RevokeByToken {
    /// Where the token leads.
    pub line: Line,
    /// Who brings it.
    pub client: String,
}

impl UseCase for RevokeByToken {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        self.line.hints()
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let held = find_held(unit, self.line.grant)?;
        if let Some(mut held) = held.filter(|held| held.grant.client_id == self.client) {
            end(unit, &mut held)?;
        }
        Ok(Ending::Done(()))
    }
}

/// Notes that a client was told to ask for more: its next refresh is answered with `invalid_grant`
/// once, because some clients ask only then.
#[derive(Debug, Clone)]
pub struct NoteStepUp {
    /// The client's grant.
    pub grant: GrantId,
}

impl UseCase for NoteStepUp {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Grant(self.grant)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        if let Some(mut grant) = unit.tx.find_grant(self.grant)?
            && grant.ended_at.is_none()
            && grant.note_step_up(true) == Change::Applied
        {
            unit.tx.save_grant(grant)?;
        }
        Ok(Ending::Done(()))
    }
}
