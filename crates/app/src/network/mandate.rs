//! What an agent's mandate says of the cards that it issued.

use cardium_auth::grants::Grant;
use cardium_authorizations::MandateFacts;
use cardium_cards::{Card, Mcc, MccRange};
use cardium_kernel::Timestamp;

use crate::{CommandError, Unit};

/// The grant that a card spends under; none for its owner's own cards.
pub(super) fn grant_of(unit: &mut Unit<'_>, card: &Card) -> Result<Option<Grant>, CommandError> {
    let Some(id) = card.grant else { return Ok(None) };
    let missing = || CommandError::Internal(format!("the grant {id} of a card is gone"));
    unit.tx.find_grant(id)?.ok_or_else(missing).map(Some)
}

/// What the mandate says of a merchant.
pub(super) fn facts(grant: &Grant, (mcc, merchant): (&str, &str), now: Timestamp) -> MandateFacts {
    let mandate = &grant.mandate;
    MandateFacts {
        open: grant.ended_at.is_none() && !mandate.is_over(now),
        mcc_allowed: mandate.mccs.is_empty() || is_listed(&mandate.mccs, mcc),
        merchant_allowed: mandate.allows_merchant(merchant),
    }
}

/// A category that cannot be read is on no list.
fn is_listed(ranges: &[String], mcc: &str) -> bool {
    let Some(mcc) = Mcc::parse(mcc) else { return false };
    ranges.iter().filter_map(|range| MccRange::parse(range)).any(|range| range.contains(mcc))
}
