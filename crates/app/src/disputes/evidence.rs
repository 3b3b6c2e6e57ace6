use cardium_disputes::{Attachment, Dispute, add_evidence};
use cardium_kernel::DisputeId;

use crate::{CommandResult, Context, Ending, Hints, Unit, UseCase};

/// Adds evidence to a dispute that is not decided. A file was put into the blob store before.
#[derive(Debug, Clone)]
pub struct AddEvidence {
    /// Which dispute.
    pub dispute: DisputeId,
    /// The evidence.
    pub attachment: Attachment,
}

impl UseCase for AddEvidence {
    type Output = Dispute;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_dispute(self.dispute)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Dispute> {
        let (account, now) = (unit.account()?, unit.now());
        let of = (account, self.dispute);
        let known = unit.tx.find_dispute(self.dispute)?;
        unit.own_by_card(known, |d| (d.account, d.book, d.card), "dispute")?;
        let found = add_evidence(unit.tx, of, self.attachment.clone(), now)?;
        let dispute = unit.own(found, |dispute| (dispute.account, dispute.book), "dispute")?;
        unit.audit(account, "dispute.evidence_added", &self.dispute)?;
        Ok(Ending::Done(dispute))
    }
}
