use cardium_cards::{
    Card, Controls, ControlsPatch, Patch, PatchError, Product, Velocity, find_product, is_over,
};
use cardium_kernel::{CardId, Change, ErrorCode, Money, Problem, Timestamp};

use cardium_vault::Expiry;

use crate::{
    CommandError, CommandResult, Context, Ending, Hints, Unit, UseCase, error::sentence,
    event::CardView,
};

use super::{get_card, view};

/// What stands before the names of fields in a request, a part of the controls each.
pub(super) struct FieldNames {
    limits: &'static str,
    mcc: &'static str,
    controls: &'static str,
}

/// Requests that change one part: its fields are the request's own.
const ALONE: FieldNames = FieldNames { limits: "", mcc: "", controls: "" };
/// Requests that carry all parts.
pub(super) const WITHIN: FieldNames =
    FieldNames { limits: "limits.", mcc: "mcc.", controls: "controls." };

/// Changes what a card may be spent on.
#[derive(Debug, Clone)]
pub struct SetControls {
    /// Which card.
    pub card: CardId,
    /// What changes.
    pub patch: ControlsPatch,
}

/// A card with what it spent, as of a moment.
#[derive(Debug, Clone)]
pub struct SpendingView {
    /// The card.
    pub view: CardView,
    /// What it spent; none for a card that never did.
    pub velocity: Option<Velocity>,
    /// The moment.
    pub at: Timestamp,
}

impl UseCase for SetControls {
    type Output = SpendingView;

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_spending(self.card)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<SpendingView> {
        let (account, at) = (unit.account()?, unit.now());
        let mut card = get_card(unit, self.card)?;
        card.check_open()?;
        let product = find_product(&card.bin);
        let controls = changed(&self.patch, &card.controls, (product, card.expiry, at), &ALONE)?;
        if card.set_controls(controls, at)? == Change::Applied {
            unit.tx.save_card(card.clone())?;
            unit.audit(account, "card.controls_changed", &self.card)?;
        }
        spending(unit, card, at)
    }
}

fn spending(unit: &mut Unit<'_>, card: Card, at: Timestamp) -> CommandResult<SpendingView> {
    let velocity = unit.tx.find_velocity(card.id)?;
    Ok(Ending::Done(SpendingView { view: view(unit, card)?, velocity, at }))
}

/// The controls after a change.
///
/// # Errors
/// When a limit is above the product's, the expiry has passed or is after the card's own, or the
/// rule for merchants is incomplete.
pub(super) fn changed(
    patch: &ControlsPatch,
    controls: &Controls,
    (product, expiry, now): (Option<&Product>, Expiry, Timestamp),
    names: &FieldNames,
) -> Result<Controls, CommandError> {
    if let Patch::Set(expires_at) = patch.expires_at
        && (expires_at <= now || is_over(expiry, expires_at))
    {
        let param = format!("{}expires_at", names.controls);
        let message = format!("Field '{param}' must lie ahead, before the card's own expiry.");
        return Err(Problem::field(ErrorCode::InvalidField, param, message).into());
    }
    if let Some(product) = product {
        let (each, month) = (patch.per_transaction, patch.monthly.amount);
        check_maximum(each, product.max_transaction, names, "per_transaction_usd")?;
        check_maximum(month, product.max_monthly, names, "monthly_usd")?;
    }
    patch.apply(controls).map_err(|error| refuse(&error, names))
}

fn check_maximum(
    limit: Patch<Money>,
    maximum: Money,
    names: &FieldNames,
    field: &str,
) -> Result<(), CommandError> {
    match limit {
        Patch::Set(limit) if limit.minor() > maximum.minor() => {
            let message = format!("The card's product allows at most {maximum}.");
            let param = format!("{}{field}", names.limits);
            Err(Problem::field(ErrorCode::LimitAboveBinMaximum, param, message).into())
        }
        Patch::Set(_) | Patch::Keep | Patch::Clear => Ok(()),
    }
}

fn refuse(error: &PatchError, names: &FieldNames) -> CommandError {
    let problem = match error {
        PatchError::MccModeMissing => Problem::missing(&format!("{}mode", names.mcc)),
        PatchError::MccRangesMissing => Problem::missing(&format!("{}mccs", names.mcc)),
        PatchError::Controls(_) => Problem::new(ErrorCode::InvalidField, sentence(error)),
    };
    problem.into()
}
