use cardium_kernel::{Change, CredentialId, GrantId};

use super::get_grant;
use crate::{CommandResult, Context, Ending, Hints, RowKey, Unit, UseCase};

/// Notes that a client was told to ask its owner for more. Its next refresh is refused once, since
/// some clients go back to their owner only then.
#[derive(Debug, Clone)]
pub struct NoteStepUp {
    /// The client's own grant.
    pub grant: GrantId,
}

impl UseCase for NoteStepUp {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        let credential = CredentialId::new(self.grant.value());
        Hints::rows([RowKey::Grant(self.grant), RowKey::Credential(credential)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let mut held = get_grant(unit, self.grant)?;
        let open = held.grant.ended_at.is_none();
        if open && held.grant.note_step_up(true) == Change::Applied {
            unit.tx.save_grant(held.grant)?;
        }
        Ok(Ending::Done(()))
    }
}
