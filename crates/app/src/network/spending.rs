//! The card's windows: loaded where a decision needs them, written where an authorization
//! changes what counts.

use cardium_authorizations::{Authorization, CvvCheck};
use cardium_cards::{Card, Velocity};

use crate::{CommandError, Unit};

/// What the card spent; nothing yet for a card that was never used.
pub(super) fn velocity(unit: &mut Unit<'_>, card: &Card) -> Result<Velocity, CommandError> {
    let found = unit.tx.find_velocity(card.id)?;
    Ok(found.unwrap_or_else(|| Velocity::new(card.id, unit.now())))
}

/// Brings the card's windows in line with the authorization and saves both. Money comes off the
/// windows that it was counted in.
pub(super) fn save_counted(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
) -> Result<(), CommandError> {
    let now = unit.now();
    let recount = authorization.recount(now)?;
    unit.tx.save_authorization(authorization.clone())?;
    if recount.gained.is_none() && recount.lost.is_empty() {
        return Ok(());
    }
    let mut velocity = velocity(unit, card)?;
    if let Some(gained) = recount.gained {
        velocity.spend(now, gained.amount, recount.transactions.max(0))?;
    }
    let last = recount.lost.len().saturating_sub(1);
    for (index, lost) in recount.lost.iter().enumerate() {
        // The oldest tally is the one that counted the transaction.
        let transactions = if index == last { recount.transactions.min(0).abs() } else { 0 };
        velocity.take_back(lost.at, lost.amount, transactions)?;
    }
    Ok(unit.tx.save_velocity(velocity)?)
}

/// Counts wrong CVV2, so that guessing ends.
pub(super) fn count_tries(
    unit: &mut Unit<'_>,
    mut velocity: Velocity,
    cvv: CvvCheck,
) -> Result<(), CommandError> {
    let now = unit.now();
    let before = velocity.cvv_failures(now);
    let locked = before >= cardium_authorizations::CVV_TRIES;
    match cvv {
        CvvCheck::Absent => return Ok(()),
        _ if locked => return Ok(()),
        CvvCheck::Match if before == 0 => return Ok(()),
        CvvCheck::Match => velocity.cvv_matched(),
        CvvCheck::Mismatch => velocity.cvv_failed(now),
    }
    Ok(unit.tx.save_velocity(velocity)?)
}
