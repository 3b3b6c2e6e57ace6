use super::{Line, find_held};
use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase, grants::end};

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
