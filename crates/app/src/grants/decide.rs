use cardium_auth::grants::{Approval, ApprovalError, Decision};
use cardium_kernel::{ApprovalId, Change, CredentialId, ErrorCode, Problem};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit,
    UseCase, accounts::StepUp, error::sentence, unit::owned,
};

/// An owner's answer to what an agent asked.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Yes, from an owner whose presence is shown.
    Yes(StepUp),
    /// No, for which a session is enough: it only makes safer.
    No,
}

impl Answered {
    const fn decision(&self) -> Decision {
        match self {
            Self::Yes(_) => Decision::Approve,
            Self::No => Decision::Reject,
        }
    }
}

/// Decides what an agent asked its owner for.
#[derive(Debug, Clone)]
pub struct DecideApproval {
    /// What was asked.
    pub id: ApprovalId,
    /// The answer.
    pub answer: Answered,
}

impl UseCase for DecideApproval {
    type Output = Approval;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Approval(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Approval> {
        match &self.answer {
            Answered::Yes(step_up) => step_up.check(unit)?,
            Answered::No => unit.credential()?.check_session()?,
        }
        let found = unit.tx.find_approval(self.id)?;
        let owner = |approval: &Approval| approval.account;
        let mut approval = owned(found, owner, unit.account()?, "approval")?;
        check_asker(unit, &approval)?;
        approval.decide(self.answer.decision(), unit.now())?;
        unit.tx.save_approval(approval.clone())?;
        make_room(unit, &approval)?;
        let kind = match self.answer.decision() {
            Decision::Approve => EventType::ApprovalApproved,
            Decision::Reject => EventType::ApprovalRejected,
        };
        unit.emit(kind, Snapshot::Approval(approval.clone()))?;
        unit.audit(approval.account, kind.as_str(), &self.id)?;
        Ok(Ending::Done(approval))
    }
}

/// There is nothing to decide once whoever asked may not do it any more: an owner who revoked it,
/// or stopped everything, is to find no open question. The credential's row is not announced, as
/// that of the grant is not (see [`make_room`]).
fn check_asker(unit: &mut Unit<'_>, approval: &Approval) -> Result<(), CommandError> {
    let asker = CredentialId::new(approval.grant.value());
    match unit.tx.find_credential(asker)? {
        Some(credential) => Ok(approval.check_asker(&credential)?),
        None => Err(ApprovalError::NotPending.into()),
    }
}

/// The agent may ask another question. Nobody knows whose it is ahead of the approval, so the
/// grant's row is not announced: the command runs again with it.
fn make_room(unit: &mut Unit<'_>, approval: &Approval) -> Result<(), CommandError> {
    let Some(mut grant) = unit.tx.find_grant(approval.grant)? else { return Ok(()) };
    if grant.answered(approval.expires_at) == Change::Applied {
        unit.tx.save_grant(grant)?;
    }
    Ok(())
}

impl From<ApprovalError> for CommandError {
    fn from(error: ApprovalError) -> Self {
        let ApprovalError::NotPending = error;
        Problem::new(ErrorCode::ApprovalNotPending, sentence(&error)).into()
    }
}
