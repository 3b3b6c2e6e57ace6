//! Whether the programme approves: a pure function from facts to an ordered trace of checks.
//!
//! Every check is made, so that the trace shows all that stood in the way; the first that fails
//! gives the reason. The order is that of precedence: the card, then what identifies its holder,
//! then what the card may do, then how much.

mod facts;
mod trace;

pub use facts::{
    CardStanding, CvvCheck, Facts, HookAnswer, Limit, MandateFacts, PartialApproval, RequestKind,
};
pub use trace::{Check, Rule, Trace, Unit, Verdict};

use cardium_kernel::Money;

use crate::DeclineReason;

/// Wrong CVV2 in a row after which none is taken any more. Few enough that guessing three digits
/// is hopeless, enough for a clumsy buyer.
pub const CVV_TRIES: i64 = 5;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// All of it.
    Approved(Money),
    /// As much as the card has.
    ApprovedInPart(Money),
    /// Nothing.
    Declined(DeclineReason),
}

/// A decision with the checks behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub decided: Decided,
    /// The checks, in the order of their precedence.
    pub trace: Trace,
}

/// Decides.
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    let mut trace = Trace::default();
    check_card(facts, &mut trace);
    if facts.kind != RequestKind::Credit {
        check_holder(facts, &mut trace);
        check_permissions(facts, &mut trace);
    }
    let partial = check_amount(facts, &mut trace);
    check_hook(facts, &mut trace);
    let decided = match (trace.reason(), partial) {
        (Some(reason), _) => Decided::Declined(reason),
        (None, Some(amount)) => Decided::ApprovedInPart(amount),
        (None, None) => Decided::Approved(facts.amount),
    };
    Decision { decided, trace }
}

/// The card itself. Money comes back to any card that is not closed.
fn check_card(facts: &Facts, trace: &mut Trace) {
    let reason = match facts.standing {
        CardStanding::Active => None,
        CardStanding::Frozen => Some(DeclineReason::CardFrozen),
        CardStanding::NotActivated => Some(DeclineReason::CardNotActivated),
        CardStanding::Closed => Some(DeclineReason::CardClosed),
    };
    let credit = facts.kind == RequestKind::Credit;
    let reason = reason.filter(|reason| !credit || *reason == DeclineReason::CardClosed);
    trace.note(Rule::CardState, reason);
}

/// What only the card's holder knows.
fn check_holder(facts: &Facts, trace: &mut Trace) {
    trace.note(Rule::CardExpiry, facts.expired.then_some(DeclineReason::CardExpired));
    let differs = facts.expiry_differs.then_some(DeclineReason::ExpiryMismatch);
    trace.note(Rule::ExpiryDate, differs);
    if facts.cvv == CvvCheck::Absent {
        return;
    }
    let used_up = facts.cvv_failures >= CVV_TRIES;
    let reason = used_up.then_some(DeclineReason::CvvTriesExceeded);
    trace.counted(Rule::CvvTries, (CVV_TRIES, facts.cvv_failures, 1), reason);
    let wrong = facts.cvv == CvvCheck::Mismatch;
    trace.note(Rule::Cvv, wrong.then_some(DeclineReason::CvvMismatch));
}

/// What the card may do, whatever the amount.
fn check_permissions(facts: &Facts, trace: &mut Trace) {
    for (rule, allowed, reason) in [
        (Rule::ControlsExpiry, facts.in_period, DeclineReason::ControlsExpired),
        (Rule::Channel, facts.channel_allowed, DeclineReason::ChannelBlocked),
        (Rule::Country, facts.country_allowed, DeclineReason::CountryBlocked),
        (Rule::Mcc, facts.mcc_allowed, DeclineReason::MccBlocked),
        (Rule::Merchant, facts.merchant_allowed, DeclineReason::MerchantBlocked),
    ] {
        trace.note(rule, (!allowed).then_some(reason));
    }
    check_mandate(facts, trace);
    if let Some(used) = facts.single_use {
        let reason = (used > 0).then_some(DeclineReason::SingleUseSpent);
        trace.counted(Rule::SingleUse, (1, used, 1), reason);
    }
}

/// What the agent that issued the card may spend on. A mandate that is over says nothing more.
fn check_mandate(facts: &Facts, trace: &mut Trace) {
    let Some(mandate) = facts.mandate else { return };
    let over = !mandate.open;
    trace.note(Rule::AgentMandate, over.then_some(DeclineReason::AgentMandateOver));
    for (rule, allowed, reason) in [
        (Rule::AgentMcc, mandate.mcc_allowed, DeclineReason::AgentMccBlocked),
        (Rule::AgentMerchant, mandate.merchant_allowed, DeclineReason::AgentMerchantBlocked),
    ] {
        trace.note(rule, (!allowed).then_some(reason));
    }
}

/// How much: the limits, then the money. Gives the part that can be approved, where that is less
/// than what was asked and the terminal takes it.
fn check_amount(facts: &Facts, trace: &mut Trace) -> Option<Money> {
    if !facts.kind.moves_money() {
        return None;
    }
    let unusable = !facts.amount.is_positive();
    trace.note(Rule::Amount, unusable.then_some(DeclineReason::InvalidAmount));
    if facts.kind == RequestKind::Credit {
        return None;
    }
    for limit in &facts.limits {
        let within = limit.used.checked_add(limit.requested).is_some_and(|sum| sum <= limit.limit);
        let figures = (limit.limit, limit.used, limit.requested);
        trace.counted(limit.rule, figures, (!within).then(|| limit.rule.limit_reason()));
    }
    check_funds(facts, trace)
}

fn check_funds(facts: &Facts, trace: &mut Trace) -> Option<Money> {
    let (asked, free) = (facts.amount.minor(), facts.available.minor());
    let figures = (free, 0, asked);
    if facts.amount.currency() != facts.available.currency() {
        trace.counted(Rule::Funds, figures, Some(DeclineReason::UnsupportedCurrency));
        return None;
    }
    let in_part = facts.partial == PartialApproval::Accepted && free > 0 && free < asked;
    let short = free < asked && !in_part;
    trace.counted(Rule::Funds, figures, short.then_some(DeclineReason::InsufficientFunds));
    in_part.then_some(facts.available)
}

/// The operator's own say, which comes after the programme's.
fn check_hook(facts: &Facts, trace: &mut Trace) {
    let reason = match facts.hook {
        HookAnswer::NotAsked => return,
        HookAnswer::Approved => None,
        HookAnswer::Declined => Some(DeclineReason::HookDeclined),
        HookAnswer::Unavailable => Some(DeclineReason::HookUnavailable),
    };
    trace.note(Rule::Hook, reason);
}

#[cfg(test)]
mod tests;
