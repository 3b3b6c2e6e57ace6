//! Disputes: file, add evidence, and what the network makes of them.

mod advance;
mod capture;
mod evidence;
mod file;
mod money;
mod refund;

pub use advance::{Advance, AdvanceDispute};
pub use capture::{Capture, find_capture};
pub use evidence::AddEvidence;
pub use file::FileDispute;

pub(crate) use refund::{absorb_refund, absorb_reversal};

use cardium_disputes::{Dispute, DisputeStatus, Docket};

use crate::{CommandError, Unit};

/// Strikes a decided dispute from its authorization's docket.
fn strike(unit: &mut Unit<'_>, dispute: &Dispute) -> Result<(), CommandError> {
    let found = unit.tx.find_docket(dispute.authorization)?;
    let mut docket = found.unwrap_or_else(|| Docket::empty(dispute.authorization, dispute.account));
    if dispute.status == DisputeStatus::Lost {
        docket.lose(dispute.transaction, dispute.id);
    } else {
        docket.strike(dispute.id);
    }
    Ok(unit.tx.save_docket(docket)?)
}
