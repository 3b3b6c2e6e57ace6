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

#[expect(unused_imports, reason = "the path of merchants' refunds calls it")]
pub(crate) use refund::absorb_refund;

use cardium_disputes::{Dispute, Docket};
use cardium_kernel::AuthorizationId;

use crate::{CommandError, Unit};

/// Strikes a decided dispute from its authorization's docket.
fn strike(unit: &mut Unit<'_>, dispute: &Dispute) -> Result<(), CommandError> {
    let mut docket = docket_of(unit, dispute.authorization, dispute)?;
    docket.strike(dispute.id);
    Ok(unit.tx.save_docket(docket)?)
}

fn docket_of(
    unit: &mut Unit<'_>,
    id: AuthorizationId,
    dispute: &Dispute,
) -> Result<Docket, CommandError> {
    let found = unit.tx.find_docket(id)?;
    Ok(found.unwrap_or_else(|| Docket::empty(id, dispute.account)))
}
