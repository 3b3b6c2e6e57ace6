//! The ways back: what a reversal takes back of a clearing or a refund.

use cardium_authorizations::{Authorization, Step, TransactionKind};
use cardium_cards::Card;
use cardium_kernel::Money;

use super::{
    asked::{Charge, proportion},
    books::{book_refund, book_refund_reversal, return_advance, sync_hold},
    frame::NewStep,
};
use crate::{CommandError, Unit, disputes::absorb_reversal};

/// A billing amount with its part of the charge's fee.
pub(super) fn with_fee(charge: Charge, billing: Money) -> Result<Money, CommandError> {
    let whole = charge.total.minus(charge.fee)?;
    Ok(billing.plus(proportion(charge.fee, billing, whole)?)?)
}

/// What of a charge `remaining`, a billing amount, leaves to take back: amount and fee.
fn beyond(charge: Charge, remaining: Money) -> Result<Charge, CommandError> {
    let kept = remaining.min(charge.total.minus(charge.fee)?)?;
    let kept_total = with_fee(charge, kept)?;
    let fee = charge.fee.minus(kept_total.minus(kept)?)?;
    Ok(Charge { total: charge.total.minus(kept_total)?, fee })
}

/// Gives back what a clearing took beyond `remaining`.
pub(super) fn undo_clearing(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    (charge, remaining): (Charge, Money),
) -> Result<Option<NewStep>, CommandError> {
    let wanted = beyond(charge, remaining)?;
    // What a dispute gave back already is not given back twice.
    absorb_reversal(unit, card, authorization, wanted.total)?;
    let total = authorization.unclear(wanted.total, unit.now())?;
    if !total.is_positive() {
        return Ok(None);
    }
    let fee = proportion(wanted.fee, total, wanted.total)?;
    book_refund(unit, card, authorization, Charge { total, fee })?;
    let kind = (Step::Reversed, TransactionKind::ClearingReversal);
    Ok(Some(NewStep::of(authorization.id, kind, total).with_fee(fee, None)))
}

/// Takes back what a refund gave beyond `remaining`.
pub(super) fn undo_refund(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    (amount, remaining): (Money, Money),
) -> Result<Option<NewStep>, CommandError> {
    let wanted = amount.minus(remaining.min(amount)?)?;
    let total = authorization.unrefund(wanted, unit.now())?;
    if !total.is_positive() {
        return Ok(None);
    }
    book_refund_reversal(unit, card, authorization, total)?;
    let kind = (Step::Reversed, TransactionKind::RefundReversal);
    Ok(Some(NewStep::of(authorization.id, kind, total)))
}

/// Lowers what is authorized to `remaining` and releases what is no longer expected.
pub(super) fn undo_authorization(
    unit: &mut Unit<'_>,
    card: &Card,
    authorization: &mut Authorization,
    remaining: Money,
) -> Result<Option<NewStep>, CommandError> {
    let release = authorization.reverse_to(remaining, unit.now())?;
    sync_hold(unit, card, authorization)?;
    return_advance(unit, card, authorization, release.advanced)?;
    let total = release.total()?;
    let kind = (Step::Reversed, TransactionKind::AuthorizationReversal);
    Ok(total.is_positive().then(|| NewStep::of(authorization.id, kind, total)))
}
