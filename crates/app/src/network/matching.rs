//! Which authorization a later message is about.
//!
//! In this order: the network's name for the transaction; the approval code at the same merchant;
//! the acquirer's reference and trace numbers; the merchant with nearly the same amount, lately.
//! Where more than one fits nobody guesses with money: the message is posted on its own.

use std::time::Duration;

use cardium_authorizations::{
    Authorization, AuthorizationReference, AuthorizationStatus, MAX_CANDIDATES, Origin,
    ReferenceKind,
};
use cardium_cards::Card;
use cardium_kernel::{Money, Timestamp};

use super::exchange::Exchange;
use crate::{CommandError, NaturalKey, Unit};

const DAY: u64 = 24 * 3_600;
/// How far back an acquirer's own reference numbers are taken: the longest hold and some days on
/// top, since the numbers come round again.
const REFERENCE_WINDOW: Duration = Duration::from_secs(35 * DAY);
/// How far back a merchant and an amount alone are taken.
const AMOUNT_WINDOW: Duration = Duration::from_secs(10 * DAY);
/// How much a clearing may differ from what was authorized and still be recognized by its amount:
/// a tip.
const TOLERANCE_PERCENT: i64 = 20;

/// What a later message quotes.
#[derive(Clone, Copy)]
pub(super) struct Quote<'a> {
    pub(super) exchange: &'a Exchange,
    /// DE 38.
    pub(super) approval_code: Option<&'a str>,
}

fn reference(exchange: &Exchange, kind: ReferenceKind) -> AuthorizationReference {
    AuthorizationReference { pan: *exchange.pan.as_bytes(), kind }
}

/// The network's name for the transaction, where the message has it.
pub(super) fn trace(exchange: &Exchange) -> Option<NaturalKey> {
    let trace = &exchange.network_trace;
    let named = !trace.is_empty();
    named.then(|| {
        NaturalKey::Authorization(reference(exchange, ReferenceKind::NetworkTrace(trace.clone())))
    })
}

impl Quote<'_> {
    /// What is looked up for every message of the kind; the rest is looked up where it is needed.
    pub(super) fn names(&self) -> impl Iterator<Item = NaturalKey> {
        let code = self.approval_code.map(|code| ReferenceKind::ApprovalCode(code.to_owned()));
        let code = code.map(|kind| NaturalKey::Authorization(reference(self.exchange, kind)));
        trace(self.exchange).into_iter().chain(code)
    }

    /// The one authorization of the card that the message is about.
    pub(super) fn find(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Option<Money>,
    ) -> Result<Option<Authorization>, CommandError> {
        if let Some(found) = self.by_trace(unit, card)? {
            return Ok(found);
        }
        if let Some(found) = self.by_approval_code(unit, card)? {
            return Ok(found);
        }
        self.by_merchant(unit, card, amount)
    }

    /// `Some(None)` is an answer: the name fits several.
    fn by_trace(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
    ) -> Result<Option<Option<Authorization>>, CommandError> {
        let trace = &self.exchange.network_trace;
        if trace.is_empty() {
            return Ok(None);
        }
        let kind = ReferenceKind::NetworkTrace(trace.clone());
        let mut candidates = candidates(unit, self.exchange, card, kind)?;
        if candidates.len() > 1 {
            let merchant = &self.exchange.merchant.id;
            candidates.retain(|found| found.merchant.id == *merchant);
        }
        Ok(if candidates.is_empty() { None } else { Some(only(candidates)) })
    }

    fn by_approval_code(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
    ) -> Result<Option<Option<Authorization>>, CommandError> {
        let Some(code) = self.approval_code else { return Ok(None) };
        let kind = ReferenceKind::ApprovalCode(code.to_owned());
        let mut candidates = candidates(unit, self.exchange, card, kind)?;
        let merchant = &self.exchange.merchant.id;
        candidates.retain(|found| merchant.is_empty() || found.merchant.id == *merchant);
        if candidates.len() > 1 {
            let reference = &self.exchange.retrieval_reference;
            candidates.retain(|found| found.retrieval_reference == *reference);
        }
        Ok(if candidates.is_empty() { None } else { Some(only(candidates)) })
    }

    fn by_merchant(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        amount: Option<Money>,
    ) -> Result<Option<Authorization>, CommandError> {
        let merchant = &self.exchange.merchant.id;
        if merchant.is_empty() {
            return Ok(None);
        }
        let now = unit.now();
        let since = before(now, REFERENCE_WINDOW);
        let kind = ReferenceKind::Merchant(merchant.clone(), since);
        let candidates = candidates(unit, self.exchange, card, kind)?;
        let crowded = candidates.len() >= MAX_CANDIDATES;
        let quoted = |found: &&Authorization| {
            let (reference, stan) = (&self.exchange.retrieval_reference, &self.exchange.stan);
            !reference.is_empty() && found.retrieval_reference == *reference && found.stan == *stan
        };
        let by_numbers: Vec<_> = candidates.iter().filter(quoted).cloned().collect();
        if !by_numbers.is_empty() {
            return Ok(only(by_numbers));
        }
        let (Some(amount), false) = (amount, crowded) else { return Ok(None) };
        let since = before(now, AMOUNT_WINDOW);
        let similar = |found: &Authorization| {
            let open = found.status == AuthorizationStatus::Open && found.created_at >= since;
            open && is_similar(found.authorized, amount)
        };
        Ok(only(candidates.into_iter().filter(similar).collect()))
    }
}

/// The open authorization that a request with the same network trace raises, at the merchant that
/// it was made at: a trace that a careless sender uses twice raises nothing of somebody else.
pub(super) fn find_raised(
    unit: &mut Unit<'_>,
    exchange: &Exchange,
    card: &Card,
) -> Result<Option<Authorization>, CommandError> {
    if exchange.network_trace.is_empty() {
        return Ok(None);
    }
    let kind = ReferenceKind::NetworkTrace(exchange.network_trace.clone());
    let mut open = candidates(unit, exchange, card, kind)?;
    open.retain(|found| {
        let here = found.merchant.id == exchange.merchant.id;
        here && found.status == AuthorizationStatus::Open
    });
    Ok(only(open))
}

fn candidates(
    unit: &mut Unit<'_>,
    exchange: &Exchange,
    card: &Card,
    kind: ReferenceKind,
) -> Result<Vec<Authorization>, CommandError> {
    let mut found = Vec::new();
    for id in unit.tx.find_authorizations(&reference(exchange, kind))? {
        found.extend(unit.tx.find_authorization(id)?);
    }
    // A refund of no known purchase is nobody's original.
    found.retain(|found| found.card == card.id && found.origin != Origin::Refund);
    Ok(found)
}

/// The one that is left: of several, the only one that is open.
fn only(mut candidates: Vec<Authorization>) -> Option<Authorization> {
    if candidates.len() > 1 {
        candidates.retain(|found| found.status == AuthorizationStatus::Open);
    }
    let found = candidates.pop();
    found.filter(|_| candidates.is_empty())
}

fn is_similar(authorized: Money, amount: Money) -> bool {
    let (authorized, amount) = (authorized.minor(), amount.minor());
    let difference = authorized.saturating_sub(amount).saturating_abs();
    difference.saturating_mul(100) <= authorized.saturating_mul(TOLERANCE_PERCENT)
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_unix_micros(now.unix_micros().saturating_sub(span))
}
