use cardium_authorizations::Authorization;
use cardium_cards::Card;
use cardium_disputes::{Dispute, keep_dispute, open_disputes};
use cardium_kernel::Money;

use crate::{CommandError, EventType, Snapshot, Unit, disputes::money};

/// Before a merchant's refund of a purchase in dispute is booked: as much of what open disputes
/// gave is withdrawn, the oldest first, so that the cardholder is not paid twice. A dispute whose
/// credit is gone is won: the merchant gave in.
///
/// A refund is taken to answer the dispute even where the purchase has room for both, or for
/// neither: a cardholder who was meant otherwise can file again, a double payment could not be
/// undone.
///
/// The caller books the refund and saves the authorization. Nothing is read where nothing is
/// credited, so the refunds of undisputed purchases cost nothing more; else the docket and then its
/// disputes are missed once each, and the command is run again with them.
pub(crate) fn absorb_refund(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    refund: Money,
) -> Result<(), CommandError> {
    if !authorization.credited.is_positive() || !refund.is_positive() {
        return Ok(());
    }
    let disputes = open_disputes(unit.tx, authorization.id)?;
    withdraw(unit, card, authorization, (disputes, refund))
}

/// Before the network takes a clearing back: what disputes gave of it, beyond what is left to give
/// back, is withdrawn.
pub(crate) fn absorb_reversal(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    reversed: Money,
) -> Result<(), CommandError> {
    let short = reversed.minus(authorization.refundable()?)?;
    if !authorization.credited.is_positive() || !short.is_positive() {
        return Ok(());
    }
    let disputes = open_disputes(unit.tx, authorization.id)?;
    withdraw(unit, card, authorization, (disputes, short))
}

/// Withdraws up to `amount` of what disputes gave.
fn withdraw(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    (disputes, amount): (Vec<Dispute>, Money),
) -> Result<(), CommandError> {
    let (now, mut rest) = (unit.now(), amount);
    for mut dispute in disputes {
        let back = dispute.withdraw(rest, now)?;
        if back.is_positive() {
            rest = rest.minus(back)?;
            authorization.uncredit(back, now)?;
            money::take_back(unit, card, &dispute, back)?;
            conclude(unit, dispute)?;
        }
    }
    Ok(())
}

/// Keeps what a withdrawal left of a dispute.
fn conclude(unit: &mut Unit<'_>, dispute: Dispute) -> Result<(), CommandError> {
    keep_dispute(unit.tx, &dispute)?;
    let (account, id) = (dispute.account, dispute.id);
    if dispute.status.is_closed() {
        unit.emit(EventType::DisputeWon, Snapshot::Dispute(dispute))?;
        unit.audit(account, "dispute.won", &id)?;
    } else {
        unit.audit(account, "dispute.credit_withdrawn", &id)?;
    }
    Ok(())
}
